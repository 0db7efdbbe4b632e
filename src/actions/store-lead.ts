import { z } from 'zod';
import type { WarehouseLead } from '../connectors/ports.ts';
import type { Action, ActionInput } from './action.ts';
import { leadOf } from './lead-input.ts';
import { UnusableAction } from './unusable-action.ts';

/** Copies a lead into the warehouse. */
export const storeLead: Action<'store_lead'> = {
  type: 'store_lead',
  provider: 'Warehouse',
  parameters: z.object({}),
  settleMs: 0,
  // A copy that is late is brought up to date, however long its store was away.
  attempts: Number.POSITIVE_INFINITY,

  async prepare(input, { warehouse }) {
    if (!warehouse) throw new UnusableAction('store_lead: no warehouse is set up');
    const row = rowOf(input);
    return {
      address: 'warehouse',
      perform: (call) => warehouse.put(row, call),
      // Put again it replaces itself, so that nobody has to be asked.
      find: async () => null,
    };
  },
};

/** What the network told of the sender stays out, and the key too: senders make keys of addresses. */
function rowOf(input: ActionInput): WarehouseLead {
  const { ip_address: _ip, idempotency_key: _key, received_at: receivedAt, ...lead } = leadOf(input);
  const { eventId, tenantId } = input;
  const at = new Date(receivedAt);
  return {
    ...lead,
    tenant_id: tenantId,
    lead_id: eventId,
    event_id: eventId,
    received_at: at,
    created_at: at,
    updated_at: new Date(),
  };
}
