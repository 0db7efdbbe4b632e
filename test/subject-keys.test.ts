import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealedEvent } from '../src/privacy/sealed-records.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { dealChange, newId } from './hubspot-events.ts';
import { keyringOf, violationRows } from './violation-rows.ts';

/** Protects people's data where it is stored: under their own key, which can go at any moment without an event being lost. */

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
});
afterAll(() => causeway.close());

type StoredEvent = { id: string; sealed: Buffer; keyId: string | null; wrapped: Buffer | null };

async function stored(id: string | undefined): Promise<StoredEvent> {
  const { rows } = await causeway.queries.execute<StoredEvent>(sql`
    select e.id, e.sealed, k.id as "keyId", k.wrapped from events e
    left join subject_keys k on k.id = e.subject_key_id where e.id = ${id}`);
  if (!rows[0]) throw new Error(`there is no event ${id}`);
  return rows[0];
}

function opened({ id, sealed, keyId, wrapped }: StoredEvent) {
  if (!keyId || !wrapped) throw new Error('its key is gone');
  return sealedEvent.open(keyringOf(causeway).unwrap({ id: keyId, wrapped }).key, id, sealed);
}

async function accept(event: Record<string, unknown>): Promise<StoredEvent> {
  const { body } = await causeway.post([event]);
  expect(body).toMatchObject({ accepted: 1 });
  return stored(body.events[0]?.id);
}

const eraseKey = (keyId: string | null) => causeway.queries.execute(sql`delete from subject_keys where id = ${keyId}`);
const countKeys = async () =>
  (await causeway.queries.execute<{ count: number }>(sql`select count(*)::int as count from subject_keys`)).rows[0]
    ?.count ?? 0;

const contact = (objectId: number, propertyName: string, propertyValue: string) =>
  dealChange(objectId, { subscriptionType: 'contact.propertyChange', propertyName, propertyValue });

describe('a person', () => {
  it('has one key, known by contact id and by e-mail, and nobody else has it', async () => {
    const objectId = newId();
    const before = await countKeys();
    const byId = await accept(contact(objectId, 'firstname', 'Ada'));
    const withEmail = await accept(contact(objectId, 'email', `Ada-${objectId}@Example.com`));
    const otherContact = await accept(contact(newId(), 'email', `ada-${objectId}@example.com`));
    expect([withEmail.keyId, otherContact.keyId]).toEqual([byId.keyId, byId.keyId]);
    const stranger = await accept(contact(newId(), 'firstname', 'Eve'));
    const deal = await accept(dealChange(newId()));
    expect(new Set([byId.keyId, stranger.keyId, deal.keyId]).size).toBe(3);
    expect(await countKeys()).toBeLessThanOrEqual(before + 3);
    expect(opened(withEmail).payload).toMatchObject({ propertyValue: `Ada-${objectId}@Example.com` });
  });

  it('cannot be found in what is stored: neither name nor address stand in any column in the clear', async () => {
    const objectId = newId();
    await accept(contact(objectId, 'email', 'canary@example.com'));
    await causeway.post([{ ...contact(objectId, 'email', 'canary@example.com'), occurredAt: 'never' }]);
    for (const table of ['events', 'subject_keys', 'subject_aliases', 'schema_violations']) {
      const { rows } = await causeway.queries.execute<{ row: string }>(
        sql`select to_jsonb(t)::text as row from ${sql.identifier(table)} t`,
      );
      expect(rows.length).toBeGreaterThan(0);
      const text = rows.map(({ row }) => row).join('\n');
      expect(text).not.toContain('canary');
      expect(text).not.toContain(Buffer.from('canary').toString('hex'));
      expect(text).not.toContain(`"${objectId}"`);
    }
  });
});

describe('a key that vanishes between sealing and commit', () => {
  it('is replaced: the event is accepted under a new one, and opens; what was sealed before does not', async () => {
    const objectId = newId();
    const before = await accept(contact(objectId, 'firstname', 'Ada'));
    await eraseKey(before.keyId);
    const after = await accept(contact(objectId, 'lastname', 'Lovelace'));
    expect(after.keyId).not.toBe(before.keyId);
    expect(opened(after).payload).toMatchObject({ propertyName: 'lastname', propertyValue: 'Lovelace' });
    expect(() => opened({ ...before, keyId: after.keyId, wrapped: after.wrapped })).toThrow(/authenticate/);
    expect(await stored(before.id)).toMatchObject({ keyId: null });
    expect(await causeway.read(before.id)).toMatchObject({ id: before.id, state: 'accepted', decision: null });
  });

  it('takes no other event of the batch along', async () => {
    const objectId = newId();
    const before = await accept(contact(objectId, 'firstname', 'Ada'));
    await eraseKey(before.keyId);
    const { body } = await causeway.post([
      dealChange(newId()),
      contact(objectId, 'lastname', 'Lovelace'),
      dealChange(newId()),
    ]);
    expect(body).toMatchObject({ accepted: 3 });
    for (const { id } of body.events) expect(opened(await stored(id)).version).toBe(1);
  });

  it('is replaced for what does not fit, too', async () => {
    const { keyId } = await accept(dealChange(newId()));
    await causeway.post([{ bad: 1 }]);
    await eraseKey(keyId);
    const { body } = await causeway.post([{ bad: 2 }]);
    expect(body).toMatchObject({ rejected: 1 });
    expect((await violationRows(causeway)).map(({ raw }) => String(raw))).toContain('{"bad":2}');
  });
});
