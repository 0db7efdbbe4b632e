import type { CrmPort } from '../connectors/ports.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import { VendorError } from '../domain/failure.ts';
import { inSpan } from '../telemetry/traces.ts';

export interface Gathered {
  facts: Facts;
  /** The first error after which another try may find more. */
  retryable: VendorError | undefined;
}

const goneTypes = /\.(deletion|privacyDeletion|merge)$/;

/** Which events have something to look up: those about a deal that is still there. */
export const needsFacts = (event: CanonicalEvent): boolean =>
  event.dealId !== undefined && !goneTypes.test(event.eventType);

/**
 * Reads the deal, then its contact, company and owner side by side, all within one budget. What could not be read becomes a
 * gap in the facts; rules take it as unknown.
 */
export async function gatherFacts(
  event: CanonicalEvent,
  crm: CrmPort,
  options: { budgetMs: number; now: Date },
): Promise<Gathered> {
  const gaps: string[] = [];
  let retryable: VendorError | undefined;
  const endsAt = performance.now() + options.budgetMs;

  async function read<T>(
    name: string,
    id: string | undefined,
    reader: (id: string, call: { timeoutMs: number }) => Promise<T>,
  ): Promise<T | undefined> {
    if (id === undefined) return undefined;
    const timeoutMs = Math.floor(endsAt - performance.now());
    if (timeoutMs <= 0) {
      gaps.push(`${name}: BudgetSpent`);
      return undefined;
    }
    try {
      return await inSpan(`look up ${name}`, { kind: 'client' }, () => reader(id, { timeoutMs }));
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      gaps.push(`${name}: ${error.failureClass}`);
      if (error.retryable) retryable ??= error;
      return undefined;
    }
  }

  const deal = await read('deal', event.dealId, (id, call) => crm.readDeal(id, call));
  const [contact, account, owner] = await Promise.all([
    read('contact', event.contactId ?? deal?.contactId, (id, call) => crm.readContact(id, call)),
    read('account', event.accountId ?? deal?.accountId, (id, call) => crm.readAccount(id, call)),
    read('owner', deal?.ownerId, (id, call) => crm.readOwner(id, call)),
  ]);
  const facts: Facts = {
    ...(deal && { deal }),
    ...(contact && { contact }),
    ...(account && { account }),
    ...(owner && { owner }),
    gaps,
    provider: 'hubspot',
    fetchedAt: options.now.toISOString(),
  };
  return { facts, retryable };
}
