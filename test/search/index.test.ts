import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { askEngine, call, newAlias, searchOver, versioned } from './documents.ts';

/** Protects the index of leads: the fields that it has and no others, the newest version of each, and that what is erased is gone. */

vi.setConfig({ testTimeout: 60_000 });

const state = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()), mappings: z.unknown() }));
const stateOf = async (alias: string) => {
  const answer = await askEngine(`${alias}*`);
  return state.parse(JSON.parse(answer.body));
};
const document = z.object({ _source: z.record(z.string(), z.unknown()) }).transform(({ _source: source }) => source);
const sourceOf = async (alias: string, id: string) =>
  document.parse(JSON.parse((await askEngine(`${alias}/_doc/${id}`)).body));

const receivedAt = (hour: string, tenant = 'default') =>
  versioned({ tenant_id: tenant, received_at: new Date(`2026-04-01T${hour}:00:00Z`) });

const keyword = { type: 'keyword' };
const text = { type: 'text' };

describe('the index', () => {
  it('has the thirteen fields, the tenant, and no other; what else is sent is refused by the engine itself', async () => {
    const alias = newAlias();
    await searchOver(alias).index(versioned(), call);
    expect(await stateOf(alias)).toMatchObject({
      [`${alias}-v1`]: {
        aliases: { [alias]: {} },
        mappings: {
          dynamic: 'strict',
          properties: {
            id: keyword,
            event_id: keyword,
            received_at: { type: 'date' },
            source: keyword,
            first_name: text,
            last_name: text,
            email: keyword,
            phone: keyword,
            message: text,
            submission_type: keyword,
            geo_country: keyword,
            geo_city: keyword,
            utm_campaign: keyword,
            tenant_id: keyword,
          },
        },
      },
    });
    const mapping = z.object({ properties: z.record(z.string(), z.unknown()) });
    const [index] = Object.values(await stateOf(alias));
    expect(Object.keys(mapping.parse(index?.mappings).properties)).toHaveLength(14);
    const refused = await askEngine(`${alias}/_doc/1`, 'PUT', { ip_address: '203.0.113.7' });
    expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('strict_dynamic_mapping_exception')]);
  });

  it('is made once, however many processes find at once that it is not there', async () => {
    const alias = newAlias();
    const documents = Array.from({ length: 20 }, () => versioned());
    await Promise.all(documents.map((each) => searchOver(alias).index(each, call)));
    expect(Object.keys(await stateOf(alias))).toEqual([`${alias}-v1`]);
    const ids = documents.map(({ document: { id } }) => id);
    expect(new Set(await searchOver(alias).holds(ids, call))).toEqual(new Set(ids));
  });

  it('a document that does not fit is refused, and that is not tried again', async () => {
    const alias = newAlias();
    const unfit = versioned();
    Object.assign(unfit.document, { source: { not: 'a text' } });
    await expect(searchOver(alias).index(unfit, call)).rejects.toMatchObject({ kind: 'Rejected', retryable: false });
  });

  it('keeps of two versions the later, whichever comes last, and takes the same again', async () => {
    const alias = newAlias();
    const search = searchOver(alias);
    const id = randomUUID();
    const at = (day: string, message: string) => versioned({ id, message }, new Date(`2026-04-${day}T00:00:00Z`));
    await search.index(at('02', 'new'), call);
    await search.index(at('01', 'old'), call);
    expect(await sourceOf(alias, id)).toMatchObject({ message: 'new' });
    await search.index(at('02', 'the same again'), call);
    expect(await sourceOf(alias, id)).toMatchObject({ message: 'the same again' });
    const index = `${alias}-v1`;
    await search.fillIndex(index, [at('01', 'old, of many')], call);
    expect(await sourceOf(alias, id)).toMatchObject({ message: 'the same again' });
    await search.fillIndex(index, [at('03', 'newest, of many')], call);
    expect(await sourceOf(alias, id)).toMatchObject({ message: 'newest, of many' });
  });

  it('names the leads of one tenant, and not those of another, in their order and from any place on', async () => {
    const search = searchOver(newAlias());
    const leads = [receivedAt('01'), receivedAt('04'), receivedAt('03'), receivedAt('02', 'other')];
    for (const each of leads) await search.index(each, call);
    await search.status(call);
    const ask = (after?: { at: string; id: string }) =>
      search.search({ tenantId: 'default', criteria: {}, after, limit: 2, ...call });
    const [first, second, third] = [leads[1], leads[2], leads[0]].map((each) => ({
      id: each?.document.id,
      receivedAt: each?.document.received_at.toISOString(),
    }));
    const page = await ask();
    expect(page).toEqual([first, second]);
    const last = page[1];
    expect(await ask(last && { at: last.receivedAt, id: last.id })).toEqual([third]);
  });

  it('holds nothing of a lead but its fields, whatever it is handed', async () => {
    const alias = newAlias();
    const lead = versioned({ first_name: null, message: '=1+1 \u202E"quoted" \\ \u0000 👩‍👩‍👧‍👦' });
    await searchOver(alias).index(lead, call);
    expect(await sourceOf(alias, lead.document.id)).toEqual({
      ...lead.document,
      received_at: '2026-03-31T12:00:00.123Z',
    });
  });
});

describe('erasing', () => {
  it('removes leads at once from what is searched, from what is scanned, and from an index that is being built', async () => {
    const alias = newAlias();
    const search = searchOver(alias);
    const canary = `canary${randomUUID().slice(0, 8)}`;
    const [gone, other] = [versioned({ message: `call ${canary}, please` }), versioned()];
    const id = gone.document.id;
    for (const each of [gone, other]) await search.index(each, call);
    const building = await search.beginIndex(call);
    await search.fillIndex(building, [gone], call);
    expect(await search.holds([id, randomUUID()], call)).toEqual([id]);
    expect(await search.documentsWith([canary], call)).toEqual([id]);

    const find = () => search.search({ tenantId: 'default', criteria: { q: canary }, limit: 10, ...call });
    expect(await find()).toHaveLength(1);

    expect(await search.erase([id, randomUUID()], call)).toBe(1);
    expect(await find()).toEqual([]);
    expect(await search.holds([id], call)).toEqual([]);
    expect(await search.documentsWith([canary], call)).toEqual([]);
    expect((await askEngine(`${building}/_doc/${id}`)).status).toBe(404);
    expect(await search.erase([id], call)).toBe(0);
    expect(await search.holds([other.document.id], call)).toEqual([other.document.id]);
  });

  it('a write that was under way when its lead was erased brings it back nowhere', async () => {
    const alias = newAlias();
    const search = searchOver(alias);
    const lead = versioned();
    await search.index(lead, call);
    const building = await search.beginIndex(call);
    await search.erase([lead.document.id], call);
    await search.index({ ...lead, updatedAt: new Date() }, call);
    await search.fillIndex(building, [{ ...lead, updatedAt: new Date() }], call);
    expect(await search.holds([lead.document.id], call)).toEqual([]);
  });

  it('of more leads than go into one request removes them all', async () => {
    const alias = newAlias();
    const search = searchOver(alias);
    await search.index(versioned(), call);
    const leads = Array.from({ length: 2_500 }, () => versioned());
    await search.fillIndex(`${alias}-v1`, leads, call);
    const ids = leads.map(({ document: { id } }) => id);
    expect(await search.holds(ids, call)).toHaveLength(2_500);
    expect(await search.erase(ids, call)).toBe(2_500);
    expect(await search.status(call)).toMatchObject({ documents: 1 });
  });

  it('where there is no index yet finds nothing to remove, and makes none', async () => {
    const alias = newAlias();
    const search = searchOver(alias);
    expect(await search.erase([randomUUID()], call)).toBe(0);
    expect(await search.holds([randomUUID()], call)).toEqual([]);
    expect(await search.documentsWith(['x'], call)).toEqual([]);
    expect(await search.search({ tenantId: 'default', criteria: {}, limit: 10, ...call })).toEqual([]);
    expect(await search.status(call)).toMatchObject({ index: null, documents: 0 });
    expect(await stateOf(alias)).toEqual({});
  });
});

describe('a scan for a text', () => {
  const fields = [
    'event_id',
    'source',
    'first_name',
    'last_name',
    'email',
    'phone',
    'message',
    'submission_type',
    'geo_country',
    'geo_city',
    'utm_campaign',
    'tenant_id',
  ] as const;

  it.each(fields)('finds a part of a word in %s, in upper and in lower case', async (field) => {
    const search = searchOver(newAlias());
    const lead = versioned({ [field]: 'before-CaNaRy-after' });
    await search.index(lead, call);
    await search.index(versioned(), call);
    for (const part of ['CaNaRy', 'canary', 'Y-AFT']) {
      expect(await search.documentsWith(['nobody has this', part], call)).toEqual([lead.document.id]);
    }
  });

  it('reads every document, also those beyond the first pages', async () => {
    const alias = newAlias();
    const search = searchOver(alias);
    await search.index(versioned(), call);
    const leads = Array.from({ length: 1_700 }, (_, turn) => versioned({ message: turn % 500 === 0 ? 'CANARY' : 'x' }));
    await search.fillIndex(`${alias}-v1`, leads, call);
    const expected = leads.filter((_, turn) => turn % 500 === 0).map(({ document: { id } }) => id);
    expect((await search.documentsWith(['canary', ''], call)).toSorted()).toEqual(expected.toSorted());
    expect(await search.documentsWith([''], call)).toEqual([]);
  });
});
