import { takeForgotten } from '../db/buyer-groups/turns.ts';
import type { Queries } from '../db/database.ts';
import type { WakeCompany } from './wake-company.ts';

/** At most this many in one round. */
const count = 50;

/** Wakes companies that have a refresh to see to, and whose workflow was not reached, or was ended from outside. */
export const createWakeForgotten =
  ({ queries, wakeCompany }: { queries: Queries; wakeCompany: WakeCompany }) =>
  async ({ staleMs }: { staleMs: number }): Promise<void> => {
    const forgotten = await takeForgotten(queries, { staleMs, count });
    await Promise.all(
      forgotten.map(({ jobId, companyId, tenantId, status }) =>
        wakeCompany({ id: companyId, tenantId }, status === 'waiting' ? jobId : `${jobId}:ended`),
      ),
    );
  };
