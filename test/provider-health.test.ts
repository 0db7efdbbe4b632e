import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'drizzle-orm';
import { VendorError } from '../src/domain/failure.ts';
import { createProviderHealth } from '../src/operations/provider-health.ts';
import { Unavailable } from '../src/domain/unavailable.ts';
import { openPool } from '../src/main/stores.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { operatorOf } from './ops.ts';

/** Protects what operators are told of the providers that are paid, and those providers from being asked too often. */

let causeway: Causeway;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  causeway = await startCauseway({
    worker: false,
    settings: 'buyerGroups: { dailyCredits: { coresignal: 900, lusha: 40 } }',
  });
  operator = operatorOf(causeway);
});
afterAll(() => causeway.close());

const closed = (provider: string) => ({ provider, state: 'closed', processes: [] });
const healthWith = (
  ports: Parameters<typeof createProviderHealth>[0]['ports'],
  {
    queries,
    listProviders,
    tenantId = 'default',
    daily = 1,
  }: Partial<Pick<Parameters<typeof createProviderHealth>[0], 'queries' | 'listProviders' | 'tenantId'>> & {
    daily?: number;
  } = {},
) =>
  createProviderHealth({
    queries: queries ?? causeway.queries,
    tenantId,
    ports,
    dailyCredits: () => ({ coresignal: daily, lusha: daily }),
    listProviders: listProviders ?? (async () => []),
  });

describe('GET /ops/health/providers', () => {
  it('says how each is, what is left and what was spent, and asks each once within 15 s however many ask', async () => {
    const { sandbox, queries } = causeway;
    await sandbox.arrange('credits/lusha', { remaining: 17 });
    await sandbox.fault({ connector: 'coresignal', fault: 'status', status: 401 });
    await queries.execute(sql`
      insert into provider_credits (tenant_id, provider, day, credits) values
        ('default', 'lusha', (clock_timestamp() at time zone 'UTC')::date, 12), ('other', 'lusha', (clock_timestamp() at time zone 'UTC')::date, 5),
        ('default', 'lusha', (clock_timestamp() at time zone 'UTC')::date - 1, 30)`);
    await queries.execute(sql`
      insert into provider_states (provider, process, state, last_failure_class) values ('CoreSignal', 'a', 'open', 'CoreSignalTimeout')`);
    const answers = await Promise.all(Array.from({ length: 6 }, () => operator.get('/ops/health/providers')));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toEqual({
        providers: [
          {
            provider: 'CoreSignal',
            configured: true,
            status: 'unhealthy',
            reason: 'failing',
            healthy: false,
            failureClass: 'CoreSignalUnauthorized',
            creditsRemaining: null,
            spentToday: 0,
            dailyCredits: 900,
            breaker: expect.objectContaining({ provider: 'CoreSignal', state: 'open' }),
          },
          {
            provider: 'Lusha',
            configured: true,
            status: 'healthy',
            reason: null,
            healthy: true,
            failureClass: null,
            creditsRemaining: 17,
            spentToday: 12,
            dailyCredits: 40,
            breaker: closed('Lusha'),
          },
        ],
      });
    }
    expect(await sandbox.calls('lusha', 'account.usage')).toBe(1);
  });

  it('says which are not set up, and asks nobody then', async () => {
    expect(await healthWith(async () => ({}))()).toMatchObject([
      {
        provider: 'CoreSignal',
        configured: false,
        status: 'not_configured',
        reason: null,
        healthy: null,
        failureClass: null,
        creditsRemaining: null,
      },
      { provider: 'Lusha', configured: false, status: 'not_configured', healthy: null },
    ]);
  });

  it.each([
    ['no credits left there', { remaining: 0 }, 'out_of_credits'],
    ['too few left there for one answer', { remaining: 19 }, 'out_of_credits'],
    ['enough left there for one answer', { remaining: 20 }, null],
    ['credits that it does not tell of', { remaining: null }, null],
  ])('calls one degraded, and not healthy, with %s', async (_what, { remaining }, reason) => {
    const port = { health: async () => ({ charged: 0, remaining }) };
    const [coreSignal] = await healthWith(async () => ({ companies: port }), { daily: 1_000_000 })();
    const status = reason === null ? 'healthy' : 'degraded';
    expect(coreSignal).toMatchObject({ status, reason, healthy: reason === null, failureClass: null });
  });

  it('calls one degraded that says that it wants to be paid, and one of whom no more may be asked today', async () => {
    const refuses = { health: () => Promise.reject(new VendorError('CoreSignal', 'PaymentRequired', 'pay')) };
    const answers = { health: async () => ({ charged: 0, remaining: 500 }) };
    await causeway.queries.execute(sql`
      insert into provider_credits (tenant_id, provider, day, credits) values
        ('of-the-day', 'lusha', (clock_timestamp() at time zone 'UTC')::date, 40),
        ('of-the-day', 'coresignal', (clock_timestamp() at time zone 'UTC')::date, 30)`);
    const found = await healthWith(async () => ({ companies: refuses, people: answers }), {
      tenantId: 'of-the-day',
      daily: 40,
    })();
    expect(found).toMatchObject([
      { status: 'degraded', reason: 'out_of_credits', healthy: false, failureClass: 'CoreSignalPaymentRequired' },
      { status: 'degraded', reason: 'daily_limit_reached', healthy: false, failureClass: null, spentToday: 40 },
    ]);
    const [half] = await healthWith(async () => ({ companies: answers }), { tenantId: 'of-the-day', daily: 40 })();
    expect(half).toMatchObject({ status: 'degraded', reason: 'daily_limit_reached', spentToday: 30, dailyCredits: 40 });
  });

  it('says of one that does not answer in 5 s that it does not, and gives it no more', async () => {
    const given: number[] = [];
    const port = {
      health: async ({ timeoutMs }: { timeoutMs: number }) => {
        given.push(timeoutMs);
        throw new VendorError('Lusha', 'Timeout', 'no answer');
      },
    };
    const found = await healthWith(async () => ({ people: port }))();
    expect(found[1]).toMatchObject({ configured: true, healthy: false, failureClass: 'LushaTimeout' });
    expect(given).toEqual([5_000]);
  });

  it('says how they are also while PostgreSQL is away', async () => {
    const pool = openPool(
      { ...causeway.configuration, DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
      causeway.log,
      'test',
      1,
    );
    const health = healthWith(async () => ({ people: { health: async () => ({ charged: 0, remaining: 3 }) } }), {
      queries: pool.queries,
      listProviders: () => Promise.reject(new Unavailable('PostgreSQL', 5, undefined)),
    });
    expect((await health())[1]).toMatchObject({ healthy: true, creditsRemaining: 3, spentToday: null, breaker: null });
    await pool.close();
  });
});
