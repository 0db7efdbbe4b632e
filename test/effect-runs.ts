import { failureClassKey, needsAttentionKey, outcomeKey } from '../src/temporal/search-attributes.ts';
import { type Causeway, type ReadView, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';

export const providers = {
  slack: { deal: contestedDeal, perform: 'chat.postMessage', find: 'conversations.history' },
  gmail: { deal: stalledDeal, perform: 'drafts.create', find: 'drafts.list' },
} as const;
export type Connector = keyof typeof providers;
export const connectors = ['slack', 'gmail'] as const;

/** Runs a test in a Causeway of its own, since faults meet whichever call comes next. */
export const inCauseway =
  (environment: Record<string, string>, test: (causeway: Causeway) => Promise<void>) => async (): Promise<void> => {
    const causeway = await startCauseway({ environment });
    try {
      await test(causeway);
    } finally {
      await causeway.close();
    }
  };

export const finished = (causeway: Causeway, id: string): Promise<ReadView> => causeway.finished(id, 90_000);

/** Posts changes of one new deal that lead to one effect each at the connector; returns their ids, in the lane's order. */
export async function post(causeway: Causeway, connector: Connector, count = 1): Promise<string[]> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), providers[connector].deal());
  const changes = Array.from({ length: count }, () => dealChange(dealId));
  return eventually('the events are accepted', async () => {
    // As HubSpot does, send again what was answered with 503.
    const { status, body } = await causeway.post(changes);
    return status === 202 ? body.events.map(({ id }) => id) : undefined;
  });
}

export const effectsOf = async (causeway: Causeway, id: string) =>
  (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id));

/** How the event's execution ended, which it does right after its row was closed. */
export async function execution(causeway: Causeway, { workflow: { id } }: ReadView) {
  const closed = await eventually(`the execution ${id} ends`, async () => {
    const description = await causeway.client.workflow.getHandle(id).describe();
    return description.status.name === 'RUNNING' ? undefined : description;
  });
  const { status, typedSearchAttributes } = closed;
  return {
    status: status.name,
    outcome: typedSearchAttributes.get(outcomeKey),
    failureClass: typedSearchAttributes.get(failureClassKey),
    needsAttention: typedSearchAttributes.get(needsAttentionKey),
  };
}

export const called = (causeway: Causeway, connector: Connector, operation: 'perform' | 'find') =>
  causeway.sandbox.calls(connector, providers[connector][operation]);

export const isCalled = (causeway: Causeway, connector: Connector, operation: 'perform' | 'find') =>
  eventually(`${connector} gets the call to ${operation}`, async () =>
    (await called(causeway, connector, operation)) > 0 ? true : undefined,
  );

export const confirmed = (attempts: number) => ({
  state: 'done',
  outcome: 'acted',
  actions: [{ effect: { state: 'confirmed', attempts } }],
});
