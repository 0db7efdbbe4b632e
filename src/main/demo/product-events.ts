import type { ModelAnswer } from '../../../sandbox/openai/script.ts';
import type { CrmEmails, CrmIds } from './crm.ts';
import type { Delivery, DemoEvent } from './scenario.ts';

const quietViews = 20;

/** What a team's own product sends: views by the dozen, filled forms, and calls that were transcribed. */
export function productEvents(ids: CrmIds, emails: CrmEmails, nowMs: number): Delivery[] {
  const timestamp = new Date(nowMs).toISOString();
  const bo = { contact_id: String(ids.contact), email: emails.consenting };
  const cy = { contact_id: String(ids.unaskedContact), email: emails.unasked };

  // Each view is an object of its own: views of one deal need not wait for each other.
  const view = (number: number, dealId: number) => ({
    type: 'proposal.viewed',
    timestamp,
    data: { object: { type: 'proposal_view', id: `view_${dealId}_${number}` }, deal_id: String(dealId), ...bo },
  });
  const form = (dealId: number, person: typeof bo) => ({
    type: 'form.submitted',
    timestamp,
    data: { object: { type: 'form', id: `form_${dealId}` }, deal_id: String(dealId), ...person },
  });
  const call = (dealId: number, topics: readonly string[], transcript: string) => ({
    type: 'call.transcribed',
    timestamp,
    topics,
    data: { object: { type: 'call', id: `call_${dealId}` }, deal_id: String(dealId), transcript },
  });

  const views: DemoEvent[] = [
    ...Array.from({ length: quietViews }, (_, number): DemoEvent => ({
      title: 'quiet deal',
      event: view(number, ids.quiet),
      expected: { mode: 'rules', decidedBy: 'none', effects: [] },
    })),
    {
      title: 'competitors in negotiation',
      event: view(0, ids.contested),
      expected: { mode: 'rules', decidedBy: 'rules', effects: ['slack chat.postMessage'] },
    },
  ];
  const forms: DemoEvent[] = [
    {
      title: 'stalled deal, consent on record',
      event: form(ids.stalled, bo),
      expected: { mode: 'compliance', decidedBy: 'rules', effects: ['gmail drafts.create'] },
    },
    {
      title: 'stalled deal, no consent',
      event: form(ids.unasked, cy),
      expected: { mode: 'compliance', decidedBy: 'rules', effects: [] },
    },
  ];
  const clearCall: DemoEvent = {
    title: 'quiet deal, the model is sure',
    event: call(ids.quiet, ['prices', 'start date'], 'Could you send us a contract for forty seats?'),
    expected: { mode: 'model-first', decidedBy: 'model', effects: ['slack chat.postMessage'] },
  };
  const vagueCall: DemoEvent = {
    title: 'stalled deal, the model is unsure',
    event: call(ids.stalled, ['weather'], 'Bad line today. Let us talk another time.'),
    expected: { mode: 'model-first', decidedBy: 'fallback', effects: ['gmail drafts.create'] },
  };
  const source = 'product';
  return [
    { source, answers: [], events: views },
    { source, answers: [], events: forms },
    { source, answers: [alert('The customer asks for terms.', 0.92)], events: [clearCall] },
    { source, answers: [alert('Hardly anything was said.', 0.4)], events: [vagueCall] },
  ];
}

/** An answer of the model: the deal's owner is to be told. */
const alert = (reasoning: string, confidence: number): ModelAnswer => ({
  plan: {
    reasoning,
    action: { type: 'notify_ae', target: 'owner', alert: 'buying_intent' },
    priority: 'high',
    confidence,
  },
});
