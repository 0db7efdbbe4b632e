import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createShutGate } from '../src/activities/erasure/shut-gate.ts';
import { removePerson } from '../src/db/remove-person.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { createSpellings } from '../src/leads/spellings.ts';
import { hasherOf } from '../src/main/stores.ts';
import { personAskedFor } from '../src/privacy/person-asked-for.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { somebodyWaits } from './beside-erasure.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { operator, sendLead, somebody } from './erasing.ts';
import { eventRow } from './event-rows.ts';
import { keyringOf } from './violation-rows.ts';
import { z } from 'zod';

/** Protects somebody who is erased in the very moment in which the first event about them comes in. */

const tenantId = 'default';
const spellingsOf = createSpellings({});
let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
});
afterAll(() => causeway.close());

const countKeys = async () =>
  (
    await causeway.queries.execute<{ count: number }>(sql`
    select count(*)::int as count from subject_keys k where not exists (
      select from subject_aliases a where a.key_id = k.id and a.kind = 'tenant')`)
  ).rows[0]?.count;

/** A wish whose gate is shut, and what is to be done then. */
async function shut(whom: { email: string } | { phone: string }) {
  const { queries, configuration } = causeway;
  const { answer } = await operator(causeway, 'POST', '/ops/erasures', whom);
  const { id } = z.object({ id: z.string() }).parse(answer);
  const run = { eventId: id, generation: 0 };
  const hasher = hasherOf(configuration);
  const shutGate = createShutGate({
    queries,
    keyring: keyringOf(causeway),
    hasher,
    spellingsOf,
    finish: () => Promise.reject(new Error('nothing is there to be ended')),
    cancelWorkflow: () => Promise.reject(new Error('nothing runs')),
    log: createLogger({ level: 'silent', process: 'test', pretty: false }),
  });
  await shutGate(run);
  const person = personAskedFor(whom, { hasher, tenantId, spellingsOf });
  return () => removePerson(queries, run, person, () => Buffer.from('what is left'));
}

it.each([
  ['as they were asked for', (name: string) => `${name}@gmail.com`],
  ['in another spelling', (name: string) => `${name[0]}.${name.slice(1)}+x@googlemail.com`],
])('of somebody whom nobody knew nothing is kept that comes in while they are erased, %s', async (_how, spell) => {
  const { queries } = causeway;
  const before = await countKeys();
  const name = somebody().first_name.toLowerCase();
  const remove = await shut({ email: `${name}@gmail.com` });
  const both = await inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`lock table erased_subjects in share mode`);
    const removing = remove();
    await somebodyWaits(queries, 1);
    const sending = sendLead(causeway, { ...somebody(), email: spell(name) });
    await Promise.race([sending, somebodyWaits(queries, 2)]);
    return { removing, sending };
  });
  expect(await both.removing).toMatchObject({ keys: 1 });
  const { rows: counted } = await queries.execute(
    sql`select removed -> 'subject_keys' as keys from erasures order by requested_at desc limit 1`,
  );
  expect(counted).toEqual([{ keys: 0 }]);
  expect(await eventRow(queries, await both.sending)).toMatchObject({ state: 'done', outcome: 'erased' });
  expect(await countKeys()).toBe(before);
});

it('somebody who was erased before is not said to have come back by a second wish', async () => {
  const { email } = somebody();
  const remove = await shut({ email });
  await remove();
  const keyring = keyringOf(causeway);
  await shut({ email });
  expect(await keyring.isErased(tenantId, { kind: 'person', email })).toBe(true);
});
