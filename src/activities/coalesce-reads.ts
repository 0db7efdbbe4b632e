import type { Call, CrmPort } from '../connectors/ports.ts';
import { createBatcher } from './batcher.ts';

/**
 * The same CRM, where reads that are asked for at the same moment, by however many events, are one request for each hundred
 * objects of a type.
 */
export const coalesceReads = (crm: CrmPort): CrmPort => ({
  ...crm,
  readDeals: coalesced((ids, call) => crm.readDeals(ids, call)),
  readContacts: coalesced((ids, call) => crm.readContacts(ids, call)),
  readAccounts: coalesced((ids, call) => crm.readAccounts(ids, call)),
  readOpenTasks: coalesced((ids, call) => crm.readOpenTasks(ids, call)),
});

type Read<T> = (ids: readonly string[], call: Call) => Promise<readonly T[]>;

function coalesced<T extends { id: string }>(read: Read<T>): Read<T> {
  const ask = createBatcher<{ id: string } & Call, T>(async (requests) => {
    const ids = [...new Set(requests.map(({ id }) => id))];
    // Whoever has less time stops waiting earlier by itself.
    const timeoutMs = Math.max(...requests.map((request) => request.timeoutMs));
    const found = new Map((await read(ids, { timeoutMs })).map((object) => [object.id, object]));
    return new Map(
      requests.flatMap((request) => {
        const object = found.get(request.id);
        return object ? [[request, object]] : [];
      }),
    );
  });
  return async (ids, { timeoutMs }) =>
    (await Promise.all(ids.map((id) => ask({ id, timeoutMs })))).filter((object) => object !== undefined);
}
