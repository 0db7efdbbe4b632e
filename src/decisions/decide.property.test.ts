import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { plannedAction } from '../domain/decision.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import { decide } from './decide.ts';
import { loadRules, parseRules } from './load-rules.ts';
import { variables } from './variables.ts';

const folder = join(import.meta.dirname, '../../rules');
const rules = loadRules(folder);
const now = new Date('2026-03-20T12:00:00Z');
const event: CanonicalEvent = {
  version: 1,
  source: 'hubspot',
  eventType: 'deal.propertyChange',
  objectType: 'deal',
  objectId: '9001',
  urgency: 'standard',
  confidence: 1,
  firedAt: '2026-03-20T11:59:00Z',
  receivedAt: '2026-03-20T12:00:00Z',
  payload: {},
};

// Passes anything off as facts: stored facts are JSON, and a provider may have answered what no type foresaw.
const asFacts = z.custom<Facts>();

const date = fc
  .integer({ min: -40, max: 40 })
  .map((days) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString());
const soundDeal = fc.record(
  {
    id: fc.constant('9001'),
    stage: fc.constantFrom('negotiation', 'qualified'),
    closeDate: date,
    lastActivityAt: date,
    competitors: fc.array(fc.constantFrom('Initech', 'Globex'), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const person = fc.record({ id: fc.constant('501') });
const soundFacts = fc.record(
  { deal: soundDeal, contact: person, account: person, owner: person },
  { requiredKeys: [] },
);

const oddEntity = (fields: object) =>
  fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(Object.keys(fields).map((name) => [name, fc.oneof(date, fc.anything())])), {
      requiredKeys: [],
    }),
  );
const oddFacts = fc.record(
  {
    deal: fc.oneof(soundDeal, oddEntity(variables.deal)),
    contact: oddEntity(variables.contact),
    account: oddEntity(variables.account),
    owner: oddEntity(variables.owner),
  },
  { requiredKeys: [] },
);

describe('for facts of any shape', () => {
  test('a decision is made and its actions are valid', () => {
    fc.assert(
      fc.property(oddFacts, (facts) => {
        const decision = decide({ event, facts: asFacts.parse(facts), rules, now });
        expect(z.array(plannedAction).safeParse(decision.actions).success).toBe(true);
        expect(decision.decidedBy === 'rules').toBe(decision.actions.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  test('the same input gives the same decision and is left as it was', () => {
    fc.assert(
      fc.property(fc.oneof(soundFacts, oddFacts), (generated) => {
        const facts = asFacts.parse(generated);
        const before = fc.stringify(facts);
        const first = decide({ event, facts, rules, now });
        expect(decide({ event, facts, rules: loadRules(folder), now: new Date(first.decidedAt) })).toEqual(first);
        expect(fc.stringify(facts)).toBe(before);
      }),
    );
  });
});

test('a fact that goes missing makes conditions unknown and never turns an answer around', () => {
  const removable = fc.constantFrom('stage', 'closeDate', 'lastActivityAt', 'competitors');
  fc.assert(
    fc.property(soundFacts, removable, (facts, removed) => {
      const less = { ...facts, deal: { ...facts.deal, [removed]: undefined } };
      const full = decide({ event, facts: asFacts.parse(facts), rules, now }).trace;
      const reduced = decide({ event, facts: asFacts.parse(less), rules, now }).trace;
      const turned = reduced.flatMap((trace, index) =>
        trace.predicates.filter(({ value }, position) => {
          const before = full[index]?.predicates[position]?.value;
          return before !== undefined && value !== before && value !== 'unknown';
        }),
      );
      expect(turned).toEqual([]);
    }),
  );
});

test('the order of the files does not matter', () => {
  const names = ['stalled-deal-reactivation.yaml', 'competitive-threat.yaml'];
  const shipped = names.map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') }));
  const copies = ['x', 'y'].flatMap((prefix) =>
    shipped.map(({ path, text }) => ({ path: `${prefix}-${path}`, text: text.replace(/^id: /m, `id: ${prefix}-`) })),
  );
  const files = [...shipped, ...copies];
  const expected = parseRules(files);
  fc.assert(
    fc.property(fc.shuffledSubarray(files, { minLength: files.length }), soundFacts, (shuffled, generated) => {
      const other = parseRules(shuffled);
      const facts = asFacts.parse(generated);
      expect(other.hash).toBe(expected.hash);
      expect(decide({ event, facts, rules: other, now })).toEqual(decide({ event, facts, rules: expected, now }));
    }),
  );
});
