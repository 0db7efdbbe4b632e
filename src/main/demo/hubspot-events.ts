import type { CrmIds } from './crm.ts';
import type { DemoEvent } from './scenario.ts';

const common = { portalId: 48_975_575, appId: 39_522_895, attemptNumber: 0 };
const dayMs = 86_400_000;

/** Five events as HubSpot sends them. */
export function hubspotEvents(ids: CrmIds, nowMs: number): DemoEvent[] {
  const change = (objectId: number, propertyName: string, propertyValue: string) => ({
    ...common,
    eventId: objectId,
    subscriptionId: 6_547_123,
    occurredAt: nowMs,
    subscriptionType: 'deal.propertyChange',
    objectId,
    propertyName,
    propertyValue,
    changeSource: 'CRM_UI',
    sourceId: 'userId:98499705',
  });
  const mode = 'rules-then-model';
  return [
    {
      title: 'stalled deal, closing soon',
      event: change(ids.stalled, 'closedate', String(nowMs + 12 * dayMs)),
      expected: { mode, decidedBy: 'rules', effects: ['gmail drafts.create'] },
    },
    {
      title: 'competitors in negotiation',
      event: change(ids.contested, 'dealstage', 'negotiation'),
      expected: { mode, decidedBy: 'rules', effects: ['slack chat.postMessage'] },
    },
    {
      title: 'a deal that needs nothing',
      event: change(ids.quiet, 'amount', '2000'),
      expected: { mode, decidedBy: 'model', effects: [] },
    },
    {
      title: 'overdue deal, no contact',
      event: change(ids.overdue, 'dealstage', 'contractsent'),
      expected: { mode, decidedBy: 'rules', effects: ['gmail drafts.create'] },
    },
    {
      title: 'a new contact',
      event: {
        ...common,
        eventId: ids.contact,
        subscriptionId: 6_527_595,
        occurredAt: nowMs,
        subscriptionType: 'contact.creation',
        objectId: ids.contact,
        changeSource: 'INTEGRATION',
        sourceId: '39522895',
        changeFlag: 'CREATED',
      },
      expected: { mode: 'rules', decidedBy: 'none', effects: [] },
    },
  ];
}
