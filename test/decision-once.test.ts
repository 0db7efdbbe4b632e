import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../src/activities/index.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { reopenEvents } from '../src/db/reopen-events.ts';
import { loadRules } from '../src/decisions/load-rules.ts';
import { wireActivities } from '../src/main/wiring.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { dealChange, newId } from './hubspot-events.ts';

/** Protects "decided once": whatever the rules are by now, the decision that was stored first is the one acted on. */

const ruleFor = (action: string, parameters: string): string => `
id: every-event
version: 1
description: Decides every event, so that two rule sets disagree about all of them.
priority: 1
when: ["event.objectId != ''"]
plan: [{ action: ${action}, priority: high, target: ["'default'"], parameters: { ${parameters} } }]
reasoning: An event is an event.
`;

let folder: string;
let rulesPath: { alerting: string; drafting: string };
let causeway: Causeway;
/** The steps of a worker whose rules alert, and of one whose rules draft. */
let alerting: Activities;
let drafting: Activities;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-rules-'));
  rulesPath = { alerting: join(folder, 'alerting'), drafting: join(folder, 'drafting') };
  for (const path of Object.values(rulesPath)) await mkdir(path);
  await writeFile(join(rulesPath.alerting, 'rule.yaml'), ruleFor('notify_ae', `alert: "'test'"`));
  await writeFile(
    join(rulesPath.drafting, 'rule.yaml'),
    ruleFor('draft_followup', `template: "'stalled_deal_reactivation'"`),
  );
  causeway = await startCauseway({ worker: false, environment: { RULES_PATH: rulesPath.drafting } });
  alerting = activitiesBy(rulesPath.alerting);
  drafting = activitiesBy(rulesPath.drafting);
});
afterAll(async () => {
  await causeway.close();
  await rm(folder, { recursive: true, force: true });
});

function activitiesBy(path: string): Activities {
  const { configuration, queries, workflows, metrics, log } = causeway;
  const dependencies = { steps: queries, finishing: queries, workflows, metrics, log };
  return wireActivities({ ...configuration, RULES_PATH: path }, dependencies).activities;
}

/** An event that is open, and that nobody decides but the test. */
async function openEvent() {
  const { body } = await causeway.post([dealChange(newId())]);
  const id = body.events[0]?.id ?? '';
  return { id, run: { eventId: id, generation: 0 } };
}

async function connectorsOf(id: string): Promise<string[]> {
  const effects = await causeway.sandbox.effects();
  return effects.filter(({ key }) => key.includes(id)).map(({ connector }) => connector);
}

async function failAndRedrive(id: string) {
  const { rows } = await causeway.queries.execute<{ lane: string }>(sql`select lane from events where id = ${id}`);
  const event = { id, generation: 0, lane: rows[0]?.lane ?? '' };
  await closeEvent(causeway.queries, event, { outcome: 'failed', settle: true });
  expect(await reopenEvents(causeway.queries, [id])).toMatchObject([{ result: 'redriven' }]);
  return { eventId: id, generation: 1 };
}

describe('two workers that decide one event at the same time by different rules', () => {
  it('act on one and the same decision, and it is the only one stored', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id, run } = await openEvent();
      const deciders = [alerting, drafting, alerting, drafting];
      const decided = await Promise.all(deciders.map((activities) => activities.decide(run)));
      const [first] = decided;
      expect(decided).toEqual(deciders.map(() => first));
      const effect = first?.effects[0];
      await Promise.allSettled(deciders.map((activities) => activities.act({ ...run, key: effect?.key ?? '' })));
      expect(await connectorsOf(id)).toEqual([effect?.type === 'notify_ae' ? 'slack' : 'gmail']);
      const { rows } = await causeway.queries.execute(sql`select from decisions where event_id = ${id}`);
      expect(rows).toHaveLength(1);
    }
  });
});

describe('a run that is begun again after its decision was stored', () => {
  it('acts on that decision, though the rules have changed since', async () => {
    const { id, run } = await openEvent();
    // As a worker leaves it that dies between storing the decision and reporting it.
    await alerting.decide(run);
    await causeway.startWorker();
    const event = await causeway.finished(id);
    await causeway.stopWorker();
    expect(event).toMatchObject({
      outcome: 'acted',
      decision: { ruleSetHash: loadRules(rulesPath.alerting).hash },
      actions: [{ type: 'notify_ae', effect: { state: 'confirmed' } }],
    });
    expect(await connectorsOf(id)).toEqual(['slack']);
  });
});

describe('a redrive under other rules', () => {
  it('keeps the decision once an effect of it is confirmed', async () => {
    const { id, run } = await openEvent();
    const decided = await alerting.decide(run);
    await alerting.act({ ...run, key: decided.effects[0]?.key ?? '' });
    const again = await failAndRedrive(id);
    expect(await drafting.decide(again)).toEqual(decided);
    expect(await drafting.act({ ...again, key: decided.effects[0]?.key ?? '' })).toEqual({ state: 'skipped' });
    expect(await connectorsOf(id)).toEqual(['slack']);
  });

  it('decides anew when nothing was done, and keeps the old decision on record', async () => {
    const { id, run } = await openEvent();
    await alerting.decide(run);
    const again = await failAndRedrive(id);
    expect(await drafting.decide(again)).toMatchObject({ effects: [{ type: 'draft_followup' }] });
    const { rows } = await causeway.queries.execute(sql`select from decisions where event_id = ${id}`);
    expect(rows).toHaveLength(2);
  });
});
