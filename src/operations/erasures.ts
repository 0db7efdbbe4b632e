import { randomUUID } from 'node:crypto';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { readErasure } from '../db/erasures.ts';
import { readEventSubject } from '../db/person.ts';
import { erasureEvent, type SubjectQuery } from '../domain/erasure.ts';
import type { ErasureView } from '../domain/operator-views.ts';
import type { Accept } from '../intake/accept.ts';
import type { Receipts } from '../privacy/receipts.ts';

export type ErasureAsked = { id: string } | 'unknown_event' | 'not_a_person';

/**
 * Erasing people. The wish is accepted as an event like any other, so that it is carried out whatever ends meanwhile, is seen when
 * it fails, and can be run again.
 */
export function createErasures(options: { queries: Queries; tenantId: string; accept: Accept; receipts: Receipts }) {
  const { queries, tenantId, accept, receipts } = options;

  async function ask(wish: SubjectQuery, by: string): Promise<ErasureAsked> {
    if ('id' in wish && !wish.id.includes(':')) {
      const subject = await readEventSubject(queries, tenantId, wish.id);
      if (subject === 'missing') return 'unknown_event';
      if (subject === 'nobody') return 'not_a_person';
    }
    const id = randomUUID();
    const event = erasureEvent(wish, { id, requestedBy: by, at: new Date() });
    const request = { tenantId, source: 'operators', correlationId: id, traceParent: null, events: [event] };
    const [accepted] = await accept(request);
    if (!accepted) throw new Error('the wish was neither stored nor recognised');
    return { id: accepted.id };
  }

  return {
    request: (wish: SubjectQuery, by: string): Promise<ErasureAsked> => orUnavailable(ask(wish, by)),

    async read(id: string): Promise<ErasureView | undefined> {
      const row = await orUnavailable(readErasure(queries, tenantId, id));
      if (!row) return undefined;
      return {
        id: row.id,
        state: row.state === 'accepted' ? 'running' : row.state,
        requestedBy: row.requestedBy,
        requestedAt: new Date(row.requestedAt).toISOString(),
        erasedAt: row.erasedAt && new Date(row.erasedAt).toISOString(),
        receipt: row.receipt,
        stores: Object.entries(row.removed).map(([name, removed]) => ({ name, removed })),
        failure: row.failureClass === null ? null : { class: row.failureClass, message: row.failureMessage ?? '' },
      };
    },

    /** What a receipt says; `undefined` when we did not sign it, or it was changed. */
    verify: (receipt: string): Promise<unknown> => receipts.verify(receipt).catch(() => undefined),
    publicKey: () => receipts.publicKey(),
  };
}

export type Erasures = ReturnType<typeof createErasures>;
