import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMissed } from '../src/db/buyer-groups/missed.ts';
import { buyerGroupRows, type BuyerGroupRows } from './buyer-group-rows.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { insertKey } from './event-rows.ts';

/** Protects whoever waits for a refresh that failed: of what other runs found meanwhile they are told once, and not left out. */

let causeway: Causeway;
let rows: BuyerGroupRows;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  rows = buyerGroupRows(causeway);
  await insertKey(causeway.queries);
});
afterAll(() => causeway.close());

const minutes = (count: number) => count * 60_000;

/** A refresh of a company that was asked for by a role change ten minutes ago, failed, and was opened again just now. */
async function failedByChange() {
  const company = await rows.addCompany();
  const id = await rows.addJob(company.id, { status: 'processing' });
  await rows.addEvent({ id, type: 'company.buyer_group_refresh' });
  await causeway.queries.execute(sql`update events set generation = 1 where id = ${id}`);
  await causeway.queries.execute(
    sql`update buyer_group_refresh_logs set created_at = clock_timestamp() - interval '10 minutes' where id = ${id}`,
  );
  await rows.addReason({ id, companyId: company.id }, { eventId: (await rows.addEvent()).id, move: 'joined' });
  return { id, companyId: company.id };
}

/** Another run of it meanwhile, for whom, and whether it found something. */
async function ran(companyId: string, { agoMs, ...run }: { agoMs: number; byChange: boolean; found: boolean }) {
  const id = await rows.addJob(companyId, { status: 'completed', startedAgoMs: agoMs });
  await causeway.queries.execute(sql`update buyer_group_refresh_logs set result = '{}'::jsonb where id = ${id}`);
  if (run.byChange) await rows.addReason({ id, companyId }, { eventId: (await rows.addEvent()).id, move: 'joined' });
  else await rows.addReason({ id, companyId }, { requestedBy: 'test' });
  if (run.found) await rows.addChange(companyId, await rows.addPerson(), { kind: 'found', jobId: id });
  return id;
}

it('everybody is told of what a run on request found, though one by a change came to nothing', async () => {
  const { id, companyId } = await failedByChange();
  await ran(companyId, { agoMs: minutes(5), byChange: true, found: false });
  const onRequest = await ran(companyId, { agoMs: minutes(3), byChange: false, found: true });
  expect(await readMissed(causeway.queries, id)).toMatchObject({ runs: [onRequest], isForTeam: true });
});

it('what a run by a change found was told to everybody by that one', async () => {
  const { id, companyId } = await failedByChange();
  const last = await ran(companyId, { agoMs: minutes(5), byChange: true, found: true });
  expect(await readMissed(causeway.queries, id)).toMatchObject({ latest: last, runs: [], isForTeam: false });
});
