import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { jobsOf, postRoleChange, roleChange } from './role-change-posts.ts';
import { eventually } from './eventually.ts';

/** Protects the tables and views by which analysts read what came in, what was refreshed, and what was done about it. */

vi.setConfig({ testTimeout: 60_000 });

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.close());

const rows = async (query: ReturnType<typeof sql>) => (await causeway.queries.execute(query)).rows;

test('a webhook is a row of webhook_events with the time it was received, and a refresh of ours is none', async () => {
  const change = roleChange();
  const id = await postRoleChange(causeway, change);
  await causeway.finished(id);
  await eventually('the refresh ends', async () =>
    (await jobsOf(causeway, change.company.domain))[0]?.status === 'completed' ? true : undefined,
  );
  expect(
    await rows(
      sql`select source, type, status, outcome, received_at is not null as received, processed_at >= received_at as processed from webhook_events where id = ${id}`,
    ),
  ).toEqual([
    {
      source: 'person-change',
      type: 'person.role_change',
      status: 'done',
      outcome: 'acted',
      received: true,
      processed: true,
    },
  ]);
  expect(await rows(sql`select source from webhook_events where source = 'buyer-groups'`)).toEqual([]);
  expect(
    await rows(
      sql`select status, started_at is not null as started, finished_at >= started_at as finished from buyer_group_refresh_logs`,
    ),
  ).toEqual([{ status: 'completed', started: true, finished: true }]);
});

test('a decision and each of its effects are rows of pipeline_operations', async () => {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), stalledDeal());
  const { body } = await causeway.post([dealChange(dealId)]);
  const id = body.events[0]?.id ?? '';
  await causeway.finished(id);
  expect(
    await rows(
      sql`select operation, detail, status, finished_at >= started_at as finished from pipeline_operations where event_id = ${id} order by started_at`,
    ),
  ).toEqual([
    { operation: 'decide', detail: 'rules', status: 'completed', finished: true },
    { operation: 'draft_followup', detail: expect.any(String), status: 'confirmed', finished: true },
  ]);
});
