import type { CrmPort } from '../connectors/ports.ts';
import { allowedAccount, allowedDeal, type ContextField } from '../domain/context-field.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import { personOf } from '../domain/contact-person.ts';
import type { DealFacts, Facts } from '../domain/facts.ts';
import { VendorError } from '../domain/failure.ts';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { createLookUps } from './look-ups.ts';
import type { ObjectReads } from './object-reads.ts';
import type { RecentIntent } from './recent-intent.ts';

export interface Gathered {
  facts: Facts;
  /** The first error after which another try may find more. */
  retryable: VendorError | undefined;
}

const goneTypes = /\.(deletion|privacyDeletion|merge)$/;

/** Which events have something to look up: those about a deal, an account or a contact that is still there. */
export const needsFacts = ({ dealId, accountId, contactId, eventType }: CanonicalEvent): boolean =>
  (dealId ?? accountId ?? contactId) !== undefined && !goneTypes.test(eventType);

export interface GatherDependencies {
  crm: CrmPort;
  reads: ObjectReads;
  recentIntent: RecentIntent;
  /** Anything else is not looked up, or dropped before it is kept anywhere. */
  allowed: readonly ContextField[];
}

/**
 * Reads the deal, then its tasks, contact, company and owner side by side, all within one budget: a request each, fewer where
 * the cache has them. What could not be read becomes a gap in the facts; rules take it as unknown.
 */
export async function gatherFacts(
  { crm, reads, recentIntent, allowed }: GatherDependencies,
  event: CanonicalEvent,
  options: { tenantId: string; budgetMs: number; now: Date; isRedriven?: boolean },
): Promise<Gathered> {
  const { tenantId, budgetMs, now, isRedriven } = options;
  const lookUps = createLookUps(budgetMs);
  const common = (type: string, id: string) => ({
    tenantId,
    id,
    changedAt: isRedriven
      ? now
      : event.objectType === type && event.objectId === id
        ? new Date(event.firedAt)
        : undefined,
    subjectOf: (): SubjectIdentifiers => ({ kind: 'tenant' }),
  });

  const deal = await lookUps.known('deal', event.dealId, (id, call) =>
    reads.deal({
      ...common('deal', id),
      fetch: async () => allowedDeal(the((await crm.readDeals([id], call()))[0], 'deal'), allowed),
    }),
  );
  const about = { accountId: event.accountId ?? deal?.accountId, contactId: event.contactId ?? deal?.contactId };
  const [openTasks, contact, account, owner, intent] = await Promise.all([
    openTasksOf(deal),
    lookUps.known('contact', about.contactId, (id, call) =>
      reads.contact({
        ...common('contact', id),
        fetch: async () => the((await crm.readContacts([id], call()))[0], 'contact'),
        subjectOf: (found) => personOf(event, found),
      }),
    ),
    lookUps.known('account', about.accountId, (id, call) =>
      reads.account({
        ...common('company', id),
        fetch: async () => allowedAccount(the((await crm.readAccounts([id], call()))[0], 'company'), allowed),
      }),
    ),
    lookUps.known('owner', deal?.ownerId, (id, call) =>
      reads.owner({ ...common('owner', id), fetch: () => crm.readOwner(id, call()) }),
    ),
    allowed.includes('recentIntent') && (about.accountId ?? about.contactId) !== undefined
      ? lookUps.attempt('recentIntent', (call) => recentIntent(tenantId, about, now, call))
      : undefined,
  ]);

  async function openTasksOf(known: DealFacts | undefined): Promise<readonly string[] | undefined> {
    if (!known || !allowed.includes('openTasks')) return undefined;
    const { id: dealId, taskIds = [] } = known;
    if (taskIds.length === 0) return [];
    return lookUps.known('tasks', dealId, (id, call) =>
      reads.tasks({
        ...common('deal', id),
        fetch: async () => (await crm.readOpenTasks(taskIds, call())).map(({ subject }) => subject),
      }),
    );
  }

  const facts: Facts = {
    ...(deal && { deal: { ...deal, ...(openTasks && { openTasks }) } }),
    ...(contact && { contact }),
    ...(account && { account }),
    ...(owner && { owner }),
    ...(intent && { recentIntent: intent }),
    gaps: lookUps.gaps,
    provider: 'hubspot',
    fetchedAt: lookUps.oldest(now).toISOString(),
    parts: lookUps.parts,
  };
  return { facts, retryable: lookUps.retryable() };
}

/** A batch read leaves out what is gone. */
function the<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new VendorError('HubSpot', 'NotFound', `HubSpot: NotFound (no such ${name})`);
  return found;
}
