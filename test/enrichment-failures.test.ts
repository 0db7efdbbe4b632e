import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { createProviders } from '../src/operations/providers.ts';
import { arrange, asked, happened, inCauseway, post } from './enriched-deals.ts';
import { eventually } from './eventually.ts';
import { dealChange } from './hubspot-events.ts';
import { storedFacts } from './stored-facts.ts';

/** Protects events from providers that fail, and providers from being asked too often. */

vi.setConfig({ testTimeout: 120_000 });

describe('what cannot be read', () => {
  it(
    'is a gap, said by its class, and the event goes on with the rest',
    inCauseway('', async (causeway) => {
      const { deal, owner } = await arrange(causeway);
      await causeway.sandbox.fault({
        connector: 'hubspot',
        operation: 'contacts.batchRead',
        fault: 'status',
        status: 403,
      });
      await causeway.sandbox.fault({ connector: 'hubspot', operation: 'owners.read', fault: 'status', status: 404 });
      const id = await happened(causeway, dealChange(await deal()));
      const { gaps, deal: known, contact, account } = await storedFacts(causeway, id);
      expect([...gaps].toSorted()).toEqual(['contact: HubSpotUnauthorized', 'owner: HubSpotNotFound']);
      expect(known).toMatchObject({ ownerId: owner, openTasks: ['Send the offer'] });
      expect(contact).toBeUndefined();
      expect(account).toBeDefined();
      expect(await causeway.read(id)).toMatchObject({
        outcome: 'acted',
        decision: { facts: { gaps, parts: { deal: { cached: false } } } },
      });

      // What failed is not kept: the next event of it asks again.
      const next = await storedFacts(causeway, await happened(causeway, dealChange(await deal())));
      expect(next.gaps).toEqual([]);
      expect(await asked(causeway)).toEqual([2, 1, 2, 1, 2, 2]);
    }),
  );

  it(
    'for now is tried twice more, and only that part again',
    inCauseway('enrichment: {timeoutSeconds: 1}', async (causeway) => {
      const { deal } = await arrange(causeway);
      const operation = 'companies.batchRead';
      await causeway.sandbox.fault({ connector: 'hubspot', operation, fault: 'timeout', times: 2 });
      await causeway.sandbox.fault({ connector: 'hubspot', operation, fault: 'status', status: 502, times: 10 });
      const { gaps } = await storedFacts(causeway, await happened(causeway, dealChange(await deal())));
      expect(gaps).toEqual(['account: HubSpotUnavailable']);
      expect(await asked(causeway)).toEqual([1, 1, 1, 3, 1, 1]);
    }),
  );
});

describe('a provider that keeps failing', () => {
  it(
    'is left alone, for all to see; events go on with that gap at once',
    inCauseway('breaker: {failures: 2, resetSeconds: 600}', async (causeway) => {
      const providers = createProviders({ queries: causeway.queries });
      expect((await providers()).every(({ state }) => state === 'closed')).toBe(true);
      const { deal } = await arrange(causeway);
      await causeway.sandbox.fault({
        connector: 'hubspot',
        operation: 'deals.read',
        fault: 'status',
        status: 500,
        times: 100,
      });
      for (let count = 0; count < 2; count += 1) {
        const { gaps } = await storedFacts(causeway, await happened(causeway, dealChange(await deal())));
        expect(gaps).toEqual(['deal: HubSpotCircuitOpen']);
        expect(await causeway.sandbox.calls('hubspot', 'deals.read')).toBe(2);
      }
      const open = await eventually('the state is written', async () =>
        (await providers()).find(({ state }) => state === 'open'),
      );
      expect(open).toMatchObject({
        provider: 'HubSpot',
        processes: [{ state: 'open', lastFailureClass: 'HubSpotUnavailable' }],
      });

      await causeway.stopWorker();
      expect((await providers()).every(({ processes }) => processes.length === 0)).toBe(true);
    }),
  );

  it(
    'has its effects wait without using an attempt, until one call finds it back',
    inCauseway('breaker: {failures: 1, resetSeconds: 3}', async (causeway) => {
      const { deal } = await arrange(causeway);
      await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'lost-answer' });
      const ids = await post(causeway, [dealChange(await deal()), dealChange(await deal())]);
      for (const id of ids) {
        const event = await causeway.finished(id, 90_000);
        expect(event).toMatchObject({ outcome: 'acted', actions: [{ effect: { state: 'confirmed', attempts: 1 } }] });
        expect((await causeway.sandbox.effects()).filter(({ key }) => key.includes(id))).toHaveLength(1);
      }
      const providers = createProviders({ queries: causeway.queries });
      const slack = await eventually('the breaker is seen closed', async () =>
        (await providers()).find(
          ({ provider, state, processes }) => provider === 'Slack' && state === 'closed' && processes[0],
        ),
      );
      expect(slack.processes).toMatchObject([{ lastFailureClass: 'SlackUnavailable' }]);
    }),
  );
});

describe("HubSpot's rate limit", () => {
  it(
    'is not gone beyond: the look-up is given up and finished when there is room',
    inCauseway('enrichment: {hubspotRequestsPer10Seconds: 5}', async (causeway) => {
      const { deal } = await arrange(causeway);
      const id = await happened(causeway, dealChange(await deal()));
      expect((await storedFacts(causeway, id)).gaps).toEqual([]);
      expect(await asked(causeway)).toEqual([1, 1, 1, 1, 1, 1]);
      const { rows } = await causeway.queries.execute<{ fullest: number }>(sql`
        with grants as (select at from rate_limits, unnest(grants) at)
        select max((select count(*) from grants b where b.at >= a.at and b.at < a.at + interval '10 seconds'))::int as fullest
        from grants a`);
      expect(rows[0]?.fullest).toBeLessThanOrEqual(5);
    }),
  );
});
