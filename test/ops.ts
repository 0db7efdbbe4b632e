import { sql } from 'drizzle-orm';
import { acceptEvents } from '../src/db/accept-events.ts';
import type { Queries } from '../src/db/database.ts';
import type { Causeway } from './causeway.ts';
import { newEventRow, newLane } from './event-rows.ts';
import { ids } from './parsed-event.ts';

export interface OpsAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Asks as an operator does, over HTTP. */
export function operatorOf({ url, configuration }: Pick<Causeway, 'url' | 'configuration'>) {
  const authorization = `Bearer ${configuration.OPERATOR_API_KEY}`;
  async function ask(method: string, path: string, body?: unknown): Promise<OpsAnswer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
  return {
    get: (path: string) => ask('GET', path),
    post: (path: string, body: unknown) => ask('POST', path, body),
  };
}

const request = { tenantId: 'default', source: 'test', correlationId: 'test', traceParent: null };

/** Rows of failed events that nobody can open, oldest failure first; in one lane each, unless one is given for all. */
export async function insertFailed(
  queries: Queries,
  count: number,
  { failureClass, lane }: { failureClass: string; lane?: string },
): Promise<string[]> {
  const all: string[] = [];
  for (let left = count; left > 0; left -= 100) {
    const rows = Array.from({ length: Math.min(left, 100) }, () => newEventRow(lane ?? newLane()));
    await acceptEvents(queries, request, rows);
    all.push(...ids(rows));
  }
  await queries.execute(sql`
    update events e set state = 'failed', outcome = 'failed', holds_lane = false, failure_class = ${failureClass},
      failure_message = 'a failure of a test', finished_at = statement_timestamp() + given.turn * interval '1 microsecond'
    from unnest(${sql.param(all)}::uuid[]) with ordinality as given(id, turn) where e.id = given.id`);
  return all;
}
