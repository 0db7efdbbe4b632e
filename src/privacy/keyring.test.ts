import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { createHasher } from './hasher.ts';
import { createKeyring, type SubjectKeyStore, type WrappedKey } from './keyring.ts';
import { open, seal } from './sealing.ts';

/** A store in memory, with the same rules as the tables; `lookUps` counts how often it was asked. */
function memoryStore() {
  const keys = new Map<string, WrappedKey & { tenantId: string; subject: string }>();
  const aliases: { tenantId: string; alias: string; keyId: string }[] = [];
  let lookUps = 0;
  let erasedAt: Date | null = null;
  const store: SubjectKeyStore = {
    async find(tenantId, wanted) {
      lookUps += 1;
      const found = wanted.flatMap((alias) =>
        aliases.flatMap((row) => {
          const key = keys.get(row.keyId);
          return key && row.tenantId === tenantId && row.alias === alias ? [{ ...key, alias }] : [];
        }),
      );
      return { keys: found, erased: erasedAt ? wanted.map((alias) => ({ alias, at: erasedAt ?? new Date(0) })) : [] };
    },
    async insertIfAbsent(tenantId, key, given) {
      const subject = given[0].hash;
      const known = [...keys.values()].find((row) => row.tenantId === tenantId && row.subject === subject);
      if (!known) keys.set(key.id, { ...key, tenantId, subject });
      const stored = known ?? key;
      await store.link(tenantId, stored.id, given);
      return stored;
    },
    async link(tenantId, keyId, added) {
      for (const { hash: alias } of added) {
        if (!aliases.some((row) => row.keyId === keyId && row.alias === alias))
          aliases.push({ tenantId, alias, keyId });
      }
      return true;
    },
    linkUnlessErased: (tenantId, keyId, added) => store.link(tenantId, keyId, added),
  };
  return {
    store,
    lookUps: () => lookUps,
    wrapped: () => [...keys.values()].map((key) => key.wrapped),
    hashes: () => aliases.map(({ alias }) => alias),
    erase(keyId: string, at?: Date) {
      keys.delete(keyId);
      erasedAt = at ?? null;
    },
  };
}

function ring(
  memory = memoryStore(),
  options: { masterKey?: Buffer; now?: () => number; mailboxOf?: (email: string) => string } = {},
) {
  const hasher = createHasher(Buffer.alloc(32, 1));
  return {
    memory,
    keyring: createKeyring({ masterKey: Buffer.alloc(32, 2), hasher, store: memory.store, ...options }),
  };
}

const person = (identifiers: Omit<Extract<SubjectIdentifiers, { kind: 'person' }>, 'kind'>): SubjectIdentifiers => ({
  kind: 'person',
  ...identifiers,
});
const email = 'ada@example.com';
const external = ['hubspot', '1', '77'];

describe('a person has one key', () => {
  test.each([
    ['the contact id, then both', [person({ external }), person({ external, email })]],
    ['the e-mail, then both', [person({ email }), person({ external, email })]],
    ['both at once', [person({ external, email })]],
  ])('known by %s: contact id and e-mail lead to the same one', async (_name, met) => {
    const { memory, keyring } = ring();
    for (const subject of met) await keyring.keyFor('default', subject);
    // Asked without what the first keyring remembers.
    const other = ring(memory).keyring;
    const byEmail = await other.keyFor('default', person({ email: ' Ada@Example.COM ' }));
    const byId = await other.keyFor('default', person({ external }));
    expect(byId).toEqual(byEmail);
    expect(memory.wrapped()).toHaveLength(1);
  });

  test('met apart under both names, the person is linked both ways once they meet, and nothing becomes unreadable', async () => {
    const { memory, keyring } = ring();
    const first = await keyring.keyFor('default', person({ email }));
    const second = await keyring.keyFor('default', person({ external }));
    expect(second.id).not.toBe(first.id);
    expect((await keyring.keyFor('default', person({ email, external }))).id).toBe(first.id);
    const [emailHash = '', externalHash = ''] = [...new Set(memory.hashes())];
    const leadsTo = async (alias: string) => (await memory.store.find('default', [alias])).keys.map(({ id }) => id);
    expect(await leadsTo(emailHash)).toEqual([first.id]);
    expect((await leadsTo(externalHash)).toSorted()).toEqual([first.id, second.id].toSorted());
  });

  test.each([
    ['another e-mail', 'default', person({ email: 'eve@example.com' })],
    ['another contact', 'default', person({ external: ['hubspot', '1', '78'] })],
    ['another portal', 'default', person({ external: ['hubspot', '2', '77'] })],
    ['a phone that reads like the e-mail', 'default', person({ phone: email })],
    ['the same person at another tenant', 'other', person({ email })],
    ['nobody: a deal, a company', 'default', { kind: 'tenant' } as const],
  ])('%s has another', async (_name, tenantId, subject) => {
    const { keyring } = ring();
    const known = await keyring.keyFor('default', person({ email, external }));
    const other = await keyring.keyFor(tenantId, subject);
    expect(other.id).not.toBe(known.id);
    expect(other.key).not.toEqual(known.key);
  });

  test('somebody without any identifier cannot be given one', async () => {
    await expect(ring().keyring.keyFor('default', person({}))).rejects.toThrow('without any identifier');
  });
});

describe('a key that is stored', () => {
  test('cannot be read, nor told apart by whom it belongs to', async () => {
    const { memory, keyring } = ring();
    const { key } = await keyring.keyFor('default', person({ email, external }));
    expect(memory.wrapped().some((wrapped) => wrapped.includes(key))).toBe(false);
    expect(memory.hashes()).toHaveLength(2);
    for (const hash of memory.hashes()) expect(hash).toMatch(/^[0-9a-f]{32}$/);
  });

  test('opens with the master key it was wrapped under, in its own row, and nowhere else', async () => {
    const { memory, keyring } = ring();
    const { id, key } = await keyring.keyFor('default', person({ email }));
    const [wrapped = Buffer.alloc(0)] = memory.wrapped();
    expect(keyring.unwrap({ id, wrapped })).toEqual({ id, key });
    expect(() => keyring.unwrap({ id: randomUUID(), wrapped })).toThrow(/authenticate/);
    const stranger = ring(memory, { masterKey: randomBytes(32) }).keyring;
    await expect(stranger.keyFor('default', person({ email }))).rejects.toThrow(/authenticate/);
  });
});

const withoutDots = (text: string) => text.replace(/\.(?=.*@)/g, '');

test('a person is found by the other spelling of their mailbox from the first event on, however they are met', async () => {
  const { memory, keyring } = ring(memoryStore(), { mailboxOf: withoutDots });
  const first = await keyring.keyFor('default', person({ email: 'a.da@example.com' }));
  const contact = await keyring.keyFor('default', person({ external }));
  await keyring.keyFor('default', person({ external, email: 'ad.a@example.com' }));
  const keys = await Promise.all(
    [...new Set(memory.hashes())].map(async (hash) => (await memory.store.find('default', [hash])).keys),
  );
  const shared = keys.find((found) => found.length === 2) ?? [];
  expect(shared.map(({ id }) => id)).toEqual([first.id, contact.id]);
});

test('two people who share a phone have a key each, and each is found by it', async () => {
  const { memory, keyring } = ring();
  const ada = await keyring.keyFor('default', person({ email, phone: '+44 20 7946 0018' }));
  const bob = await keyring.keyFor('default', person({ email: 'bob@example.com', phone: '+442079460018' }));
  expect(bob.id).not.toBe(ada.id);
  const phone = memory.hashes()[1] ?? '';
  const found = await memory.store.find('default', [phone]);
  expect(found.keys.map(({ id }) => id)).toEqual([ada.id, bob.id]);
});

test('two people who share the mailbox of a desk have a key each, each is found by it, and it is enough for who has nothing else', async () => {
  const { memory, keyring } = ring();
  const desk = 'Info@example.com';
  const ada = await keyring.keyFor('default', person({ email: desk, external }));
  const bob = await keyring.keyFor('default', person({ email: desk, external: ['hubspot', '1', '78'] }));
  expect(bob.id).not.toBe(ada.id);
  const shared = memory.hashes().find((hash, index, all) => all.indexOf(hash) !== index) ?? '';
  expect((await memory.store.find('default', [shared])).keys.map(({ id }) => id)).toEqual([ada.id, bob.id]);
  expect((await keyring.keyFor('default', person({ email: desk }))).id).toBe(ada.id);
  const own = await keyring.keyFor('default', person({ email: 'sales@other.example' }));
  expect((await keyring.keyFor('default', person({ email: 'sales@other.example', phone: '+442079460018' }))).id).toBe(
    own.id,
  );
});

describe('a person who was erased', () => {
  const erasedAt = new Date('2026-03-02T10:00:00Z');
  const before = new Date(erasedAt.getTime() - 1);
  const after = new Date(erasedAt.getTime() + 1);

  async function erased() {
    const { memory, keyring } = ring();
    memory.erase((await keyring.keyFor('default', person({ email }))).id, erasedAt);
    keyring.forget();
    return keyring;
  }

  test('is not brought back by what had happened before, nor by what is known of them elsewhere', async () => {
    const keyring = await erased();
    expect(await keyring.keyForEvent('default', person({ email }), before)).toBeUndefined();
    expect(await keyring.keyForEvent('default', person({ email }), erasedAt)).toBeUndefined();
    expect(await keyring.keyForCopy('default', person({ email }))).toBeUndefined();
    expect(await keyring.isErased('default', person({ email }))).toBe(true);
  });

  test('comes back with what happens later, and even then not with what had happened before', async () => {
    const keyring = await erased();
    const back = await keyring.keyForEvent('default', person({ email }), after);
    expect(back).toBeDefined();
    expect(await keyring.keyForCopy('default', person({ email }))).toEqual(back);
    expect(await keyring.isErased('default', person({ email }))).toBe(false);
    expect(await keyring.keyForEvent('default', person({ email }), before)).toBeUndefined();
  });
});

describe('a person who is erased while their key is made', () => {
  const at = new Date('2026-03-02T10:00:00Z');

  /** Refuses a key for the first times, as beside an erasure that is over then. */
  function refusing(times: number) {
    const memory = memoryStore();
    let refused = 0;
    const store: SubjectKeyStore = {
      ...memory.store,
      async insertIfAbsent(...given) {
        if (refused === times) return memory.store.insertIfAbsent(...given);
        refused += 1;
        memory.erase('nobody', at);
        return undefined;
      },
    };
    return ring({ ...memory, store }).keyring;
  }

  test('is looked up again: what had happened before is late, and what happens later begins anew', async () => {
    expect(await refusing(1).keyForEvent('default', person({ email }), at)).toBeUndefined();
    const later = new Date(at.getTime() + 1);
    expect(await refusing(1).keyForEvent('default', person({ email }), later)).toBeDefined();
  });

  test('is not looked up for ever', async () => {
    await expect(refusing(Infinity).keyFor('default', person({ email }))).rejects.toThrow('erased each time');
  });
});

describe('a key that was erased', () => {
  test('is replaced by a new one after forget, under which nothing old opens', async () => {
    const { memory, keyring } = ring();
    const before = await keyring.keyFor('default', person({ email }));
    const sealed = seal(before.key, 'event:1', Buffer.from('text'));
    memory.erase(before.id);
    keyring.forget();
    const after = await keyring.keyFor('default', person({ email }));
    expect(after.id).not.toBe(before.id);
    expect(() => open(after.key, 'event:1', sealed)).toThrow(/authenticate/);
  });

  test('is remembered for a minute at the most', async () => {
    let nowMs = 0;
    const { memory, keyring } = ring(memoryStore(), { now: () => nowMs });
    const before = await keyring.keyFor('default', person({ email }));
    nowMs = 59_999;
    expect(await keyring.keyFor('default', person({ email }))).toEqual(before);
    expect(memory.lookUps()).toBe(1);
    memory.erase(before.id);
    nowMs = 60_000;
    expect((await keyring.keyFor('default', person({ email }))).id).not.toBe(before.id);
  });
});

test('a key that is kept has memory of its own: thousands of them do not keep a pool of buffers alive', async () => {
  const { keyring } = ring();
  const { key } = await keyring.keyFor('t', person({ email }));
  expect(key).toHaveLength(32);
  expect(key.buffer.byteLength).toBe(32);
});
