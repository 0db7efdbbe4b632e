import { z } from 'zod';
import { captureLead } from '../db/leads.ts';
import { type EventRun, readForDecision } from '../db/event-steps.ts';
import type { CapturedLead } from '../domain/captured-lead.ts';
import { type Decision, leadActionTypes, plannedByNobody, type PlannedAction } from '../domain/decision.ts';
import { leadEvent } from '../domain/lead.ts';
import { eventLabels } from '../intake/event-labels.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { openEvent, superseded } from './open-event.ts';
import { createStoreDecision, decidedOf } from './store-decision.ts';

export interface Captured {
  /** What is done before the lane is free, and what after it. */
  inLane: { key: string; type: string }[];
  afterEnd: { key: string; type: string }[];
}

const payload = z.object({
  lead: leadEvent,
  client: z.object({ ip: z.string().optional(), user_agent: z.string().optional() }),
});

/** Promise no order, and are tried until they succeed. */
const afterEnd: ReadonlySet<string> = new Set(['index_lead', 'store_lead']);

/** Makes a lead of what was sent, stores it, and says what is to be done about it. */
export function createCapture(dependencies: ActivityDependencies) {
  const { queries, keyring, leads, log } = dependencies;
  const storeDecision = createStoreDecision(dependencies);

  return async function capture(run: EventRun): Promise<Captured> {
    const found = await readForDecision(queries, run);
    const opened = openEvent(found, keyring);
    const { row, key, event } = opened;
    const { lead: sent, client } = payload.parse(event.payload);
    // Of a browser that sends by itself the header says what the lead does not.
    const { normalised, metadata, ...columns } = leads.normalise({
      ...sent,
      user_agent: sent.user_agent ?? client.user_agent,
    });
    const lead: CapturedLead = {
      ...columns,
      event_id: columns.event_id ?? row.id,
      received_at: event.receivedAt,
      consent: true,
      ip_address: client.ip ?? null,
      ...leads.findPlace(client.ip ?? ''),
      metadata: { ...metadata, normalised },
    };
    // By its other spelling, too, a person is found who is to be erased; before the lead is there.
    const phone = normalised.phone_e164;
    if (phone !== null) await keyring.link(row.tenantId, row.keyId ?? '', { kind: 'person', phone });
    if (!(await captureLead(queries, run, lead))) {
      openEvent(await readForDecision(queries, run), keyring);
      throw superseded();
    }
    log.info(eventLabels(row), 'lead captured');
    const facts = { lead, gaps: [], provider: 'none', fetchedAt: event.receivedAt };
    const decided = found?.decisionSealed
      ? decidedOf(row, key, found.decisionSealed)
      : await storeDecision(run, { ...opened, facts }, plan(leads.receivers));
    const effects = decided.effects.filter(({ type }) => leads.receivers.has(type));
    return {
      inLane: effects.filter(({ type }) => !afterEnd.has(type)),
      afterEnd: effects.filter(({ type }) => afterEnd.has(type)),
    };
  };
}

/** A lead goes to everybody who is set up to have it; who is not is named too, so that it can be seen. */
function plan(receivers: ReadonlySet<string>): Decision {
  const actions = leadActionTypes.map((type): PlannedAction => ({
    type,
    targetId: 'default',
    priority: 'standard',
    parameters: receivers.has(type) ? {} : { skipped: 'it is not set up' },
  }));
  return plannedByNobody('A captured lead goes to everybody who is set up to have it.', actions, new Date());
}
