import { cancellationSignal } from '@temporalio/activity';
import type { Call, CompanyDirectoryPort } from '../../connectors/ports.ts';

const pageSize = 1_000;
const maxPages = 10;

/** The ids of all who work at a company, which costs nothing; `isComplete`: there are no more of them. */
export async function listEverybody(
  directory: CompanyDirectoryPort,
  companyId: string,
  call: Call,
): Promise<{ ids: string[]; isComplete: boolean }> {
  const ids = new Set<string>();
  let next: string | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    cancellationSignal().throwIfAborted();
    const { value } = await directory.listMembers(companyId, { next, limit: pageSize }, call);
    for (const id of value.ids) ids.add(id);
    next = value.next;
    if (next === null) return { ids: [...ids], isComplete: true };
  }
  return { ids: [...ids], isComplete: false };
}
