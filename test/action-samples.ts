import type { BuyerGroupFacts } from '../src/domain/buyer-group-facts.ts';
import type { ActionType, GroupActionType } from '../src/domain/decision.ts';

export const crmFields = { deals: ['hs_priority'] };

/** What each action is tried with, and the call at a vendor that does it; a new action needs a row here. */
export const actionSamples: Readonly<
  Record<
    ActionType | GroupActionType,
    { connector: string; operation: string; parameters: Readonly<Record<string, unknown>> }
  >
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
  notify_buyer_group: {
    connector: 'slack',
    operation: 'chat.postMessage',
    parameters: { audience: 'requester' },
  },
  draft_buyer_group: {
    connector: 'gmail',
    operation: 'drafts.create',
    parameters: { audience: 'requester' },
  },
};

/** A group in which every kind of change came up, with whatever vendors say of it, and whoever is told. */
export const groupSample = (text: string, requesters: BuyerGroupFacts['requesters'] = []): BuyerGroupFacts => ({
  company: { name: text, domain: 'nordlicht.example' },
  level: 'enrich',
  members: 4,
  isPartial: true,
  gaps: ['Lusha did not answer in time: 1 person has no address, or lacks a number that was wanted'],
  changed: [
    { name: text, role: null, because: 'none: has left', change: 'left', fromRole: 'champion' },
    { name: text, title: text, role: 'decision_maker', because: 'decision_maker: vp in sales', change: 'joined' },
    {
      name: text,
      title: text,
      role: 'economic_buyer',
      because: 'economic_buyer: c level in finance',
      change: 'title_changed',
      from: text,
      fromRole: null,
    },
    { title: text, role: null, because: 'none: no title is known', change: 'found' },
  ],
  more: 2,
  moves: [{ name: text, move: 'joined' }],
  requesters,
});
