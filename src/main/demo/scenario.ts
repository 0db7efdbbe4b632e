import type { ModelAnswer } from '../../../sandbox/openai/script.ts';
import type { Move } from '../../domain/buyer-group.ts';
import type { Decision } from '../../domain/decision.ts';
import { type CrmObject, crmOf } from './crm.ts';
import { hubspotEvents } from './hubspot-events.ts';
import { websiteLeads } from './leads.ts';
import { productEvents } from './product-events.ts';
import { peopleOf, roleChange } from './role-change.ts';

/** What has to come of an event. */
export type Expected = Pick<Decision, 'decidedBy'> & {
  /** `null`: nothing is decided, neither of a lead nor of a role change. */
  mode: Decision['mode'] | null;
  /** `connector operation` of each effect that has to exist, exactly once. */
  effects: readonly string[];
};

/** One event of the demonstration: what is sent, and what has to come of it. */
export interface DemoEvent {
  title: string;
  event: Record<string, unknown>;
  expected: Expected;
  /** Of a role change: the refreshes that it leads to. */
  refreshes?: readonly { move: Move; title: string; expected: Expected }[];
}

/** Something that the sandbox's vendors know: path and body. */
export interface Arranged {
  path: string;
  body: object;
}

/** What one sender sends in one request. */
export interface Delivery {
  source: 'hubspot' | 'product' | 'website' | 'person-change';
  /** What the sandbox's model is to answer, call by call; after these it decides for nothing. */
  answers: readonly ModelAnswer[];
  events: readonly DemoEvent[];
}

export interface Scenario {
  /** What the CRM knows, and those who tell of companies and people. */
  crm: readonly CrmObject[];
  people: readonly Arranged[];
  /** Whose consent is put on record. */
  consenting: string;
  /** In their order: the next is sent when the one before it is finished. */
  deliveries: readonly Delivery[];
}

/** `run` makes the ids of each run its own, since an event is only ever taken once. */
export function buildScenario(run: number, nowMs: number): Scenario {
  const { objects, ids, emails } = crmOf(run, nowMs);
  return {
    crm: objects,
    people: peopleOf(run),
    consenting: emails.consenting,
    deliveries: [
      { source: 'hubspot', answers: [], events: hubspotEvents(ids, nowMs) },
      ...productEvents(ids, emails, nowMs),
      websiteLeads(run),
      roleChange(run, nowMs),
    ],
  };
}
