import { findOrAddCompany } from '../db/buyer-groups/companies.ts';
import { readJob } from '../db/buyer-groups/job-views.ts';
import { requestRefresh } from '../db/buyer-groups/requests.ts';
import { writeAudit } from '../db/audit-log.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { inTransaction } from '../db/transaction.ts';
import type { RefreshReceipt } from '../domain/job-view.ts';
import type { EnrichmentLevel } from '../domain/refresh.ts';
import type { WakeCompany } from '../intake/wake-company.ts';
import { withLivingKeys } from '../intake/with-living-keys.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { sealedRequester } from '../privacy/sealed-records.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What somebody wants of a refresh; what is left out is as the installation has it. */
export interface RefreshWish {
  enrichmentLevel?: EnrichmentLevel | undefined;
  /** Also within the hour. */
  force?: boolean | undefined;
  /** The address of whoever wants to be told of it. */
  notify?: string | undefined;
}

/** What somebody waits for is first. */
const requestedPriority = 1;

/** Has a group refreshed since somebody asks for it: within the same limits as for a role change, before those. */
export function createRefreshRequests(options: {
  queries: Queries;
  tenantId: string;
  keyring: Keyring;
  wakeCompany: WakeCompany;
  settings: () => { enrichmentLevel: EnrichmentLevel; windowSeconds: number };
  metrics: Metrics;
}) {
  const { queries, keyring, wakeCompany, settings, metrics } = options;

  async function ask(asked: string, tenantId: string, wish: RefreshWish, by: string): Promise<RefreshReceipt> {
    const { enrichmentLevel, windowSeconds } = settings();
    const { enrichmentLevel: level = enrichmentLevel, force: isForced = false, notify } = wish;
    const windowMs = windowSeconds * 1_000;
    const requested = await withLivingKeys(keyring, async () => {
      const dataKey = notify === undefined ? null : await keyring.keyFor(tenantId, { kind: 'person', email: notify });
      return requestRefresh(queries, {
        tenantId,
        companyId: asked,
        priority: requestedPriority,
        level,
        isForced,
        windowMs,
        eventId: null,
        move: null,
        requestedBy: by,
        requester: dataKey && {
          keyId: dataKey.id,
          sealed: sealedRequester.seal(dataKey.key, dataKey.id, notify ?? ''),
        },
      });
    });
    const { jobId, companyId, isNew, isCoalesced, isDue } = requested;
    const what = isForced ? 'force refresh' : 'request refresh';
    await inTransaction(queries, (transaction) => writeAudit(transaction, { tenantId, who: by, what, onWhat: jobId }));
    if (isNew) metrics.jobsEnqueued.inc();
    if (isCoalesced) metrics.jobsCoalesced.inc();
    const about = isForced ? `${jobId}:forced` : isDue ? `${jobId}:due` : jobId;
    if (isNew || isForced || isDue) await wakeCompany({ id: companyId, tenantId }, about);
    const scope = { tenantId, sources: null, requestedBy: by };
    const job = await readJob(queries, jobId, { scope, windowMs });
    return { jobId, companyId, status: isCoalesced ? 'coalesced' : 'accepted', notBefore: job?.notBefore ?? null };
  }

  return {
    /** `tenantId` null: this installation's own. The company has to be one of that tenant. */
    request: (companyId: string, tenantId: string | null, wish: RefreshWish, by: string): Promise<RefreshReceipt> =>
      orUnavailable(ask(companyId, tenantId ?? options.tenantId, wish, by)),

    /** The company that is known by its domain, else by its name; one that is not known is added. */
    add: (
      company: { domain?: string | undefined; name?: string | undefined },
      tenantId: string | null,
    ): Promise<string> => orUnavailable(findOrAddCompany(queries, tenantId ?? options.tenantId, company)),
  };
}

export type RefreshRequests = ReturnType<typeof createRefreshRequests>;
