import type { ActionType } from '../src/domain/decision.ts';

export const crmFields = { deals: ['hs_priority'] };

/** What each action is tried with, and the call at a vendor that does it; a new action needs a row here. */
export const actionSamples: Readonly<
  Record<ActionType, { connector: string; operation: string; parameters: Readonly<Record<string, unknown>> }>
> = {
  draft_followup: {
    connector: 'gmail',
    operation: 'drafts.create',
    parameters: { template: 'stalled_deal_reactivation' },
  },
  notify_ae: {
    connector: 'slack',
    operation: 'chat.postMessage',
    parameters: { alert: 'competitive_threat', stage: 'negotiation', competitors: ['Globex'] },
  },
  update_crm_field: {
    connector: 'hubspot',
    operation: 'deals.update',
    parameters: { objectType: 'deals', property: 'hs_priority', value: 'high' },
  },
};
