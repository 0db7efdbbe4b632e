import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { operator } from './erasing.ts';
import { eventually } from './eventually.ts';
import { addCompany, changeRole, paid, readGroup, refresh, refreshed, refreshSettings } from './refreshing.ts';
import type { Fault } from './running-sandbox.ts';

/** Protects groups from providers that fail: what is known is saved, what is not has its name, and nothing is paid for twice. */

vi.setConfig({ testTimeout: 240_000, maxConcurrency: 4 });

interface Told {
  settings?: Record<string, unknown>;
  fault?: Pick<Fault, 'fault'>;
  callTimeoutMs?: number;
}

/** Only where somebody is silent is a call short: elsewhere one that a busy machine answers late would be asked twice. */
async function inCauseway(
  work: (causeway: Causeway) => Promise<void>,
  { settings, fault, callTimeoutMs = 1_000 }: Told = {},
) {
  const causeway = await startCauseway({
    environment: fault?.fault === 'timeout' ? { EFFECT_CALL_TIMEOUT_MS: String(callTimeoutMs) } : {},
    settings: refreshSettings(settings),
  });
  try {
    await work(causeway);
  } finally {
    await causeway.close();
  }
}
const always = 10_000;
const nordlicht = (causeway: Causeway) => addCompany(causeway, { domain: 'nordlicht.example' });
const nordlichtSoftware = { name: 'Nordlicht Software', domain: 'nordlicht.example' };
const coresignal = (operation: string, fault: Partial<Fault>) =>
  ({ connector: 'coresignal', operation, fault: 'status', times: always, ...fault }) as const;
const lusha = (fault: Partial<Fault>) =>
  ({ connector: 'lusha', operation: 'person.read', fault: 'status', times: always, ...fault }) as const;

interface Lasting {
  what: string;
  fault: Fault;
  gap: { step: string; class: string; people: unknown };
  members: unknown;
}

describe.concurrent('a provider that fails for good', () => {
  it.each<Lasting>([
    {
      what: 'CoreSignal is silent about the company',
      fault: coresignal('companies.enrich', { fault: 'timeout' }),
      gap: { step: 'resolve', class: 'CoreSignalTimeout', people: 0 },
      members: 0,
    },
    {
      what: 'CoreSignal lists nobody',
      fault: coresignal('employees.search', { fault: 'malformed' }),
      gap: { step: 'discover', class: 'CoreSignalMalformed', people: 0 },
      members: 0,
    },
    {
      what: 'CoreSignal has too much to do to tell of anybody',
      fault: coresignal('employees.collect', { status: 429 }),
      gap: { step: 'discover', class: 'CoreSignalRateLimited', people: 25 },
      members: 0,
    },
    {
      what: 'CoreSignal does not take our key for people',
      fault: coresignal('employees.collect', { status: 401 }),
      gap: { step: 'discover', class: 'CoreSignalUnauthorized', people: 25 },
      members: 0,
    },
    {
      what: 'Lusha is silent',
      fault: lusha({ fault: 'timeout' }),
      gap: { step: 'enrich', class: 'LushaTimeout', people: expect.any(Number) },
      members: 25,
    },
    {
      what: 'Lusha answers what nobody can read',
      fault: lusha({ fault: 'malformed' }),
      gap: { step: 'enrich', class: 'LushaMalformed', people: expect.any(Number) },
      members: 25,
    },
    {
      what: 'Lusha has no credits left',
      fault: lusha({ status: 402 }),
      gap: { step: 'enrich', class: 'LushaPaymentRequired', people: expect.any(Number) },
      members: 25,
    },
    {
      what: 'Lusha refuses every question',
      fault: lusha({ status: 400 }),
      gap: { step: 'enrich', class: 'LushaRejected', people: expect.any(Number) },
      members: 25,
    },
  ])('leaves a gap by its name, and a group of what is known: $what', ({ fault, gap, members }) =>
    inCauseway(
      async (causeway) => {
        await causeway.sandbox.fault(fault);
        const companyId = await nordlicht(causeway);
        const { event, job } = await refresh(causeway, companyId, { level: 'deep_research' });
        expect(event).toMatchObject({ state: 'done' });
        expect(job).toMatchObject({
          status: 'completed',
          progress: 100,
          gaps: [gap],
          result: { members, isPartial: true },
        });
        const { operation = '', status = 0 } = fault;
        // Whoever refuses everybody is not asked for each: four at once are, and again where a worker was too busy to be heard of.
        const limit = status === 401 || status === 402 ? 8 : Number.POSITIVE_INFINITY;
        expect(await causeway.sandbox.calls(fault.connector, operation)).toBeLessThanOrEqual(limit);
        const least = gap.step === 'enrich' ? 11 : 0;
        expect(job.gaps[0]?.people).toBeGreaterThanOrEqual(least);
        expect(await readGroup(causeway, companyId)).toHaveLength(job.result?.members ?? -1);
      },
      { fault },
    ),
  );

  it('keeps what events told: whoever joined is in the group, by the word of the event', () =>
    inCauseway(async (causeway) => {
      await causeway.sandbox.fault(coresignal('companies.enrich', { status: 402 }));
      const jobs = await changeRole(causeway, {
        person: { id: 'p1', name: 'Ada Neu', newTitle: 'VP Sales' },
        company: { name: 'Nordlicht Software', domain: 'nordlicht.example' },
        previousCompany: { name: 'Before', domain: 'before.example' },
      });
      const { event, job } = await refreshed(causeway, jobs['nordlicht.example'] ?? '');
      expect(event.outcome).toBe('acted');
      expect(job).toMatchObject({
        gaps: [{ step: 'resolve', class: 'CoreSignalPaymentRequired', people: 0 }],
        result: { members: 1, isPartial: true, changes: { joined: 1, found: 0 } },
      });
      const group = await readGroup(causeway, await nordlicht(causeway));
      expect(group).toMatchObject([{ name: 'Ada Neu', role: 'decision_maker', sources: ['event'] }]);
    }));

  it('says that nobody has left, though the directory failed', () =>
    inCauseway(async (causeway) => {
      const companyId = await nordlicht(causeway);
      await refresh(causeway, companyId);
      await causeway.sandbox.fault(coresignal('employees.search', { status: 403 }));
      const { job } = await refresh(causeway, companyId);
      expect(job.result).toMatchObject({ members: 25, isPartial: true, changes: { left: 0, found: 0, joined: 0 } });
      await causeway.sandbox.forget();
      const { job: later } = await refresh(causeway, companyId);
      expect(later.result).toMatchObject({ members: 25, isPartial: false, changes: { left: 0, found: 0, joined: 0 } });
    }));
});

describe.concurrent('a provider that fails for a while', () => {
  it.each([
    ['rate limits', { fault: 'status', status: 429 } as const],
    ['is broken', { fault: 'status', status: 500 } as const],
    ['answers half a JSON', { fault: 'malformed' } as const],
    ['is silent', { fault: 'timeout' } as const],
  ])('is asked again for what is missing, and nobody is paid for twice: it %s', (_what, fault) =>
    inCauseway(
      async (causeway) => {
        await causeway.sandbox.fault(coresignal('employees.collect', { ...fault, times: 3 }));
        const { job } = await refresh(causeway, await nordlicht(causeway));
        expect(job).toMatchObject({ gaps: [], result: { members: 25, isPartial: false } });
        expect(await paid(causeway)).toMatchObject({ coresignal: 26 });
      },
      { fault, callTimeoutMs: 4_000 },
    ),
  );

  it('of somebody whom nobody knows any more there is no gap, and the rest is there', () =>
    inCauseway(async (causeway) => {
      await causeway.sandbox.fault(coresignal('employees.collect', { status: 404, times: 1 }));
      const { job } = await refresh(causeway, await nordlicht(causeway));
      expect(job).toMatchObject({
        gaps: [],
        credits: { coresignal: 20 * 25 },
        result: { members: 24, isPartial: false },
      });
    }));
});

describe.concurrent('credits', () => {
  it('that are used up at CoreSignal in the middle leave a group of those who were read, and the others are read later', () =>
    inCauseway(async (causeway) => {
      await causeway.sandbox.arrange('credits/coresignal', { remaining: 20 * 5 });
      const companyId = await nordlicht(causeway);
      const { job } = await refresh(causeway, companyId);
      expect(job).toMatchObject({
        gaps: [{ step: 'discover', class: 'CoreSignalPaymentRequired', people: 21 }],
        credits: { coresignal: 100 },
        result: { members: 4, isPartial: true },
      });
      await causeway.sandbox.arrange('credits/coresignal', { remaining: 10_000 });
      const { job: later } = await refresh(causeway, companyId);
      expect(later).toMatchObject({ credits: { coresignal: 20 * 21 }, result: { members: 25, isPartial: false } });
      // The run before did not know everybody, so that nobody is said to have joined.
      expect(later.result?.changes).toMatchObject({ found: 21, joined: 0, left: 0 });
      expect(await paid(causeway)).toMatchObject({ coresignal: 26 });
    }));

  it('of the day bound what is spent, over all companies, and nobody is asked beyond', () =>
    inCauseway(
      async (causeway) => {
        const { job } = await refresh(causeway, await nordlicht(causeway), { level: 'deep_research' });
        expect(job).toMatchObject({
          gaps: expect.arrayContaining([
            { step: 'discover', class: 'DailyCreditsUsed', people: 20 },
            { step: 'enrich', class: 'DailyCreditsUsed', people: expect.any(Number) },
          ]),
          credits: { coresignal: 120, lusha: 2 },
          result: { members: 5, isPartial: true },
        });
        const other = await refresh(causeway, await addCompany(causeway, { domain: 'meridien.example' }));
        expect(other.job.gaps).toEqual([{ step: 'resolve', class: 'DailyCreditsUsed', people: 0 }]);
        expect(await paid(causeway)).toEqual({ coresignal: 6, lusha: 2 });
        const { rows } = await causeway.queries.execute<{ provider: string; credits: number }>(
          sql`select provider, credits from provider_credits order by provider`,
        );
        expect(rows).toEqual([
          { provider: 'coresignal', credits: 120 },
          { provider: 'lusha', credits: 2 },
        ]);
      },
      { settings: { dailyCredits: { coresignal: 130, lusha: 2 } } },
    ));

  it('that are used up keep a change waiting for the hour, until somebody asks', () =>
    inCauseway(
      async (causeway) => {
        const move = (name: string) =>
          changeRole(causeway, { person: { id: `p_${name}`, name, newTitle: 'VP Sales' }, company: nordlichtSoftware });
        const first = await refreshed(causeway, (await move('Ada Eins'))['nordlicht.example'] ?? '');
        expect(first.job).toMatchObject({ status: 'completed', gaps: [{ step: 'resolve' }, { step: 'enrich' }] });
        const waiting = (await move('Ada Zwei'))['nordlicht.example'] ?? '';
        await eventually('its company waits for the hour', async () => {
          const { rows } = await causeway.queries.execute<{ waits: boolean }>(sql`
            select asked_until > clock_timestamp() + interval '30 minutes' as waits from buyer_group_refresh_logs where id = ${waiting}`);
          return rows[0]?.waits === true ? true : undefined;
        });
        const path = '/api/v1/intelligence/companies/nordlicht.example/refresh';
        expect(await operator(causeway, 'POST', path, {})).toMatchObject({
          status: 202,
          answer: { jobId: waiting, notBefore: null },
        });
        expect((await refreshed(causeway, waiting)).job).toMatchObject({ status: 'completed' });
      },
      { settings: { windowSeconds: 3_600, dailyCredits: { coresignal: 0, lusha: 0 } } },
    ));
});

describe.concurrent('an answer about nobody', () => {
  it.each([
    ['withheld', { isWithheld: true, email: null }],
    ['found', { isWithheld: false, email: null }],
  ])('is remembered, and nobody is asked again: %s', (contact, person) =>
    inCauseway(async (causeway) => {
      const positions = [{ companyId: '7001', title: 'VP Sales', from: '2020-01-01' }];
      await causeway.sandbox.arrange('people/500007', { name: 'Gregor Novak', positions, ...person });
      const companyId = await nordlicht(causeway);
      expect((await refresh(causeway, companyId, { level: 'enrich' })).job).toMatchObject({
        status: 'completed',
        gaps: [],
      });
      await refresh(causeway, companyId, { level: 'enrich' });
      expect(await causeway.sandbox.calls('lusha', 'person.read')).toBe(1);
      expect(contact === 'found' ? 1 : 0).toBe((await paid(causeway))['lusha']);
    }),
  );

  it('of a company that the directory does not know leaves a group of those of whom events told', () =>
    inCauseway(async (causeway) => {
      const jobs = await changeRole(causeway, {
        person: { id: 'p1', name: 'Ada Neu', newTitle: 'VP Sales' },
        company: { name: 'Unknown', domain: 'unknown.example' },
        previousCompany: { name: 'Before', domain: 'before.example' },
      });
      const { event, job } = await refreshed(causeway, jobs['unknown.example'] ?? '');
      expect(event.outcome).toBe('acted');
      expect(job).toMatchObject({
        gaps: [{ step: 'resolve', class: 'CompanyUnknown', people: 0 }],
        credits: { coresignal: 0 },
        result: { members: 1, isPartial: true, changes: { joined: 1 } },
      });
    }));
});
