import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSubjectKeyStore } from '../src/db/subject-keys.ts';
import { inTransaction } from '../src/db/transaction.ts';
import type { SubjectAlias } from '../src/domain/subject-alias.ts';
import { type ErasureWorld, newAlias, openErasureWorld, somebodyWaits } from './beside-erasure.ts';

/** Protects whoever is erased in the very moment in which another identifier becomes theirs: an erasure follows all of them. */

let world: ErasureWorld;
beforeAll(async () => {
  world = await openErasureWorld();
});
afterAll(() => world.close());

const store = () => createSubjectKeyStore(world.queries);
const named = (alias: string): SubjectAlias => ({ hash: alias, kind: 'email' });
const newKey = () => ({ id: randomUUID(), wrapped: Buffer.alloc(1) });
const keysBy = async (alias: string) =>
  (await world.rowsOf(sql`select key_id as id from subject_aliases where alias = ${alias}`)).map(({ id }) => id);
const isThere = async (keyId: string) =>
  (await world.rowsOf(sql`select from subject_keys where id = ${keyId}`)).length === 1;

describe('a new key', () => {
  it('is seen together with all that leads to it, or not at all', async () => {
    const [key, alias] = [newKey(), newAlias()];
    const making = await inTransaction(world.queries, async (transaction) => {
      await transaction.execute(sql`lock table subject_aliases in share mode`);
      const begun = store().insertIfAbsent('default', key, [named(alias)], null);
      await somebodyWaits(world.queries, 1);
      expect(await isThere(key.id)).toBe(false);
      return { begun };
    });
    expect(await making.begun).toMatchObject({ id: key.id });
    expect(await keysBy(alias)).toEqual([key.id]);
  });

  it('is not made while somebody is erased who has one of its identifiers', async () => {
    const [ada, key, other] = [await world.addPerson(), newKey(), newAlias()];
    const made = await world.during(ada.alias, 'erased_subjects', () =>
      store().insertIfAbsent('default', key, [named(other), named(ada.alias)], null),
    );
    expect(made).toBeUndefined();
    expect(await isThere(key.id)).toBe(false);
    expect(await keysBy(other)).toEqual([]);
  });

  it('is not made of somebody who was erased since they were looked up; of who is known to have been, it is', async () => {
    const [ada, phone, key] = [await world.addPerson(), newAlias(), newKey()];
    await store().link('default', ada.keyId, [{ hash: phone, kind: 'phone' }]);
    await (await world.beginErasure([ada.alias])).remove();
    expect(await store().insertIfAbsent('default', key, [named(ada.alias)], new Date(0))).toBeUndefined();
    expect(await store().insertIfAbsent('default', key, [named(ada.alias)], null)).toBeUndefined();
    expect(await isThere(key.id)).toBe(false);
    const bob = newKey();
    const shared = [named(newAlias()), { hash: phone, kind: 'phone' }] as const;
    expect(await store().insertIfAbsent('default', bob, shared, null)).toMatchObject({ id: bob.id });
    const { erased } = await store().find('default', [ada.alias]);
    expect(await store().insertIfAbsent('default', key, [named(ada.alias)], erased[0]?.at ?? null)).toMatchObject({
      id: key.id,
    });
  });

  it('is the one that somebody else made first, which has the identifiers of both', async () => {
    const ada = await world.addPerson();
    const other = newAlias();
    const stored = await store().insertIfAbsent('default', newKey(), [named(ada.alias), named(other)], null);
    expect(stored?.id).toBe(ada.keyId);
    expect(await keysBy(other)).toEqual([ada.keyId]);
  });
});

describe('an identifier', () => {
  it.each(['link', 'linkUnlessErased'] as const)(
    'of somebody who is being erased becomes nobody else’s (%s)',
    async (link) => {
      const [ada, bob] = [await world.addPerson(), await world.addPerson()];
      const isLinked = await world.during(ada.alias, 'erased_subjects', () =>
        store()[link]('default', bob.keyId, [named(ada.alias)]),
      );
      expect(isLinked).toBe(false);
      expect(await keysBy(ada.alias)).toEqual([]);
      expect(await keysBy(bob.alias)).toEqual([bob.keyId]);
    },
  );

  it('is not linked to the key of somebody who is being erased', async () => {
    const [ada, other] = [await world.addPerson(), newAlias()];
    const isLinked = await world.during(ada.alias, 'erased_subjects', () =>
      store().link('default', ada.keyId, [named(other)]),
    );
    expect(isLinked).toBe(false);
    expect(await keysBy(other)).toEqual([]);
  });

  it('that somebody was erased by is told of by those alone who came later', async () => {
    const [ada, bob] = [await world.addPerson(), await world.addPerson()];
    await (await world.beginErasure([ada.alias])).remove();
    expect(await store().linkUnlessErased('default', bob.keyId, [named(ada.alias)])).toBe(false);
    const later = await world.addPerson();
    expect(await store().linkUnlessErased('default', later.keyId, [named(ada.alias)])).toBe(true);
    expect(await keysBy(ada.alias)).toEqual([later.keyId]);
  });

  it('that people share is linked beside the erasure of one of them', async () => {
    const [ada, bob, phone] = [await world.addPerson(), await world.addPerson(), newAlias()];
    await store().link('default', ada.keyId, [{ hash: phone, kind: 'phone' }]);
    const isLinked = await world.during(ada.alias, 'erased_subjects', () =>
      store().linkUnlessErased('default', bob.keyId, [{ hash: phone, kind: 'phone' }]),
    );
    expect(isLinked).toBe(true);
    expect(await keysBy(phone)).toEqual([bob.keyId]);
  });
});

describe('an erasure', () => {
  it('takes the key along that became the person’s while it waited for the others', async () => {
    const [ada, key] = [await world.addPerson(), newKey()];
    const { remove } = await world.beginErasure([ada.alias]);
    const removing = await inTransaction(world.queries, async (transaction) => {
      await createSubjectKeyStore(transaction).insertIfAbsent(
        'default',
        key,
        [named(newAlias()), named(ada.alias)],
        null,
      );
      const begun = remove();
      await somebodyWaits(world.queries, 1);
      return { begun };
    });
    expect(await removing.begun).toMatchObject({ keys: 2 });
    expect([await isThere(ada.keyId), await isThere(key.id)]).toEqual([false, false]);
  });

  it('is at one moment, by whatever identifier the person comes back', async () => {
    const ada = await world.addPerson();
    await store().link('default', ada.keyId, [named(newAlias()), { hash: newAlias(), kind: 'phone' }]);
    const { id, remove } = await world.beginErasure([ada.alias]);
    await remove();
    expect(
      await world.rowsOf(sql`
        select count(*)::int as names, count(distinct x.erased_at)::int as moments, bool_and(x.erased_at = e.erased_at) as same
        from erased_subjects x join erasures e on e.id = x.erasure_id where e.id = ${id}`),
    ).toEqual([{ names: 3, moments: 1, same: true }]);
  });
});
