import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import type { ParsedEvent } from '../src/domain/incoming.ts';
import { wireActivities, wireIntake } from '../src/main/wiring.ts';
import type { Causeway } from './causeway.ts';
import { arrange, asked, happened, inCauseway, post } from './enriched-deals.ts';
import { contestedDeal, daysFromNow, dealChange, newId } from './hubspot-events.ts';
import { storedFacts } from './stored-facts.ts';
import { testSettings } from './test-settings.ts';

/** Protects what rules read about a deal and its account, and how often HubSpot is asked for it. */

vi.setConfig({ testTimeout: 120_000 });

describe('a deal', () => {
  it(
    'is looked up with one request an object, and what others know already is asked for by nobody',
    inCauseway('', async (causeway) => {
      const { deal, contact, company, owner } = await arrange(causeway);
      const first = await deal();
      const facts = await storedFacts(causeway, await happened(causeway, dealChange(first)));
      expect(await asked(causeway)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(facts).toMatchObject({
        deal: {
          id: String(first),
          stage: 'negotiation',
          competitors: ['Acme', 'Globex'],
          openTasks: ['Send the offer'],
          contactId: contact,
          accountId: company,
        },
        contact: { id: contact, firstName: 'Ada' },
        account: { id: company, name: 'Acme', employeeCount: 1200, industry: 'BIOTECHNOLOGY' },
        owner: { id: owner, firstName: 'Olga' },
        recentIntent: { count: 0, types: [], days: 30 },
        gaps: [],
        parts: { deal: { cached: false }, account: { cached: false } },
      });

      const second = await storedFacts(causeway, await happened(causeway, dealChange(await deal())));
      expect(await asked(causeway)).toEqual([2, 1, 1, 1, 2, 1]);
      expect(second).toMatchObject({
        account: facts.account,
        owner: facts.owner,
        contact: facts.contact,
        parts: { deal: { cached: false }, account: { cached: true, fetchedAt: facts.parts?.['account']?.fetchedAt } },
      });
      // The facts are as old as the oldest of their parts.
      const times = Object.values(second.parts ?? {}).map(({ fetchedAt }) => fetchedAt);
      expect(second.fetchedAt).toBe(times.toSorted()[0]);
    }),
  );

  it(
    'that was read after an event had occurred is not read again for it; for a later change it is',
    inCauseway('', async (causeway) => {
      const { deal } = await arrange(causeway);
      const id = await deal();
      const occurredAt = Date.now();
      const first = await storedFacts(causeway, await happened(causeway, dealChange(id, { occurredAt })));
      const again = await storedFacts(causeway, await happened(causeway, dealChange(id, { occurredAt })));
      expect(await asked(causeway)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(again.deal).toEqual(first.deal);

      // Without its associations: there is nothing else to look up.
      await causeway.sandbox.put('deals', String(id), { ...contestedDeal(), dealname: 'Another name' });
      const later = await storedFacts(causeway, await happened(causeway, dealChange(id)));
      expect(later.deal).toMatchObject({ name: 'Another name' });
      expect((await asked(causeway))[0]).toBe(2);
      expect(await metricsOf(causeway)).toEqual({ miss: 5 + 1, hit: 5 });
    }),
  );

  it(
    'is asked for each time where nothing is to be kept',
    inCauseway('enrichment: {cacheSeconds: 0}', async (causeway) => {
      const { deal } = await arrange(causeway);
      const occurredAt = Date.now();
      const id = await deal();
      await happened(causeway, dealChange(id, { occurredAt }));
      await happened(causeway, dealChange(id, { occurredAt }));
      expect(await asked(causeway)).toEqual([2, 1, 2, 2, 2, 2]);
      const { rows } = await causeway.queries.execute(sql`select from facts_cache`);
      expect(rows).toEqual([]);
    }),
  );

  it(
    'of which only some fields are allowed is known by those, and no others are asked for or stored',
    inCauseway('enrichment: {allowedContextFields: [stage, industry]}', async (causeway) => {
      const { deal, contact, company, owner } = await arrange(causeway);
      const id = await deal();
      const {
        parts: _parts,
        fetchedAt: _fetchedAt,
        ...facts
      } = await storedFacts(causeway, await happened(causeway, dealChange(id)));
      expect(facts).toEqual({
        deal: {
          id: String(id),
          name: 'Contested deal',
          stage: 'negotiation',
          stageId: 'negotiation',
          ownerId: owner,
          contactId: contact,
          accountId: company,
        },
        contact: { id: contact, email: `ada-${contact}@example.com`, firstName: 'Ada' },
        account: { id: company, name: 'Acme', industry: 'BIOTECHNOLOGY' },
        owner: { id: owner, email: `olga-${owner}@example.com`, firstName: 'Olga' },
        gaps: [],
        provider: 'hubspot',
      });
      expect(await causeway.sandbox.calls('hubspot', 'tasks.batchRead')).toBe(0);
    }),
  );
});

describe('what was kept of a deal', () => {
  it.each([
    ['by a worker that is set up alike', 1, '', {}],
    ['where other fields are allowed', 2, 'enrichment: {allowedContextFields: [stage]}', {}],
    ['where another property lists the competitors', 2, '', { HUBSPOT_COMPETITORS_PROPERTY: 'rivals' }],
  ])('and is looked up %s, is asked for %i times', (_where, times, settings, changes) =>
    inCauseway('', async (causeway) => {
      const { deal } = await arrange(causeway);
      const id = await deal();
      const occurredAt = Date.now();
      await happened(causeway, dealChange(id, { occurredAt }));
      await causeway.stopWorker();
      const [eventId = ''] = await post(causeway, [dealChange(id, { occurredAt })]);

      const { configuration, queries, workflows, metrics, log } = causeway;
      const CAUSEWAY_FILE = `${configuration.CAUSEWAY_FILE}.other`;
      await writeFile(CAUSEWAY_FILE, testSettings(settings));
      const { activities, stop } = wireActivities(
        { ...configuration, CAUSEWAY_FILE, ...changes },
        { steps: queries, finishing: queries, workflows, metrics, log },
      );
      expect(await activities.enrich({ eventId, generation: 0 })).toEqual({ gaps: [] });
      await stop();
      expect(await causeway.sandbox.calls('hubspot', 'deals.read')).toBe(times);
    })(),
  );
});

async function metricsOf({ metrics }: Causeway): Promise<Record<string, number>> {
  const { values } = await metrics.enrichmentCache.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.result, value]));
}

describe('ten deals of one account at once', () => {
  it(
    'have it asked for once, and themselves by no more requests than they are',
    inCauseway('', async (causeway) => {
      const { deal } = await arrange(causeway);
      const ids: number[] = [];
      for (let count = 0; count < 10; count += 1) ids.push(await deal());
      await causeway.sandbox.fault({
        connector: 'hubspot',
        operation: 'companies.batchRead',
        fault: 'slow',
        delayMs: 1_000,
      });
      const events = await post(
        causeway,
        ids.map((id) => dealChange(id)),
      );
      for (const event of events) {
        await causeway.finished(event, 60_000);
        expect((await storedFacts(causeway, event)).account).toMatchObject({ employeeCount: 1200 });
      }
      const [deals = 0, pipelines, contacts, companies, tasks = 0, owners] = await asked(causeway);
      const byTheBatch = await causeway.sandbox.calls('hubspot', 'deals.batchRead');
      expect([pipelines, contacts, companies, owners]).toEqual([1, 1, 1, 1]);
      expect(deals + byTheBatch).toBeLessThanOrEqual(10);
      expect(tasks).toBeLessThanOrEqual(10);
    }),
  );
});

const behaviour = (type: string, about: { accountId?: string; contactId?: string }, daysAgo: number): ParsedEvent => {
  const id = randomUUID();
  const firedAt = daysFromNow(-daysAgo);
  return {
    kind: 'event',
    event: {
      version: 1,
      source: 'product',
      eventType: type,
      objectType: 'visit',
      objectId: id,
      ...about,
      urgency: 'standard',
      confidence: 1,
      firedAt,
      receivedAt: firedAt,
      payload: {},
    },
    idempotencyKey: [id],
    fingerprint: [id],
    lane: ['product', id],
    subject: { kind: 'tenant' },
  };
};

describe('recent intent', () => {
  it(
    'is what people of the account did in the last thirty days, by our own record',
    inCauseway('', async (causeway) => {
      const { deal, company, contact } = await arrange(causeway);
      const { configuration, queries, workflows, metrics, log } = causeway;
      const request = { tenantId: 'default', source: 'product', correlationId: randomUUID(), traceParent: null };
      await wireIntake(configuration, { queries, workflows, metrics, log }).events(request, [
        behaviour('page.viewed', { accountId: company }, 1),
        behaviour('page.viewed', { accountId: company, contactId: contact }, 29),
        behaviour('trial.started', { contactId: contact }, 3),
        behaviour('page.viewed', { accountId: company }, 31),
        behaviour('page.viewed', { accountId: String(newId()) }, 1),
        behaviour('deal.creation', { accountId: company }, 1),
      ]);
      await happened(causeway, dealChange(Number(company), { subscriptionType: 'company.propertyChange' }));
      const facts = await storedFacts(causeway, await happened(causeway, dealChange(await deal())));
      expect(facts.recentIntent).toEqual({ count: 3, types: ['page.viewed', 'trial.started'], days: 30 });
    }),
  );
});

describe('an event about a contact', () => {
  it(
    'looks the contact up; what is kept of a person goes with the key of the person',
    inCauseway('', async (causeway) => {
      const { contact, deal } = await arrange(causeway);
      const change = dealChange(Number(contact), {
        subscriptionType: 'contact.propertyChange',
        propertyName: 'lifecyclestage',
        propertyValue: 'lead',
      });
      const id = await happened(causeway, change);
      expect((await storedFacts(causeway, id)).contact).toMatchObject({ id: contact, firstName: 'Ada' });
      await happened(causeway, dealChange(await deal()));
      expect(await asked(causeway)).toEqual([1, 1, 1, 1, 1, 1]);

      const kept = async () => {
        const { rows } = await causeway.queries.execute<{ kind: string }>(
          sql`select object_type as kind from facts_cache order by object_type`,
        );
        return rows.map(({ kind }) => kind);
      };
      expect(await kept()).toEqual(['account', 'contact', 'deal', 'owner', 'tasks']);
      // The key of the event about the contact is the one that the cached contact is sealed under.
      await causeway.queries.execute(
        sql`delete from subject_keys where id = (select subject_key_id from events where id = ${id})`,
      );
      expect(await kept()).toEqual(['account', 'deal', 'owner', 'tasks']);
    }),
  );
});
