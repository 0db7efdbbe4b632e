import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vendorErrorKinds } from '../src/domain/failure.ts';
import { explainGap } from '../src/domain/gap-words.ts';

/** Protects people from class names where words are due. */

const steps = join(import.meta.dirname, '..', 'src', 'activities', 'buyer-groups');

/** What the steps note by name: every such text in a file that notes gaps, or that names an error which becomes one. */
const named = readdirSync(steps)
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(steps, file), 'utf8'))
  .filter((source) => /\breplaceGaps\b|\bextends Error\b/.test(source))
  .flatMap((source) => [...source.matchAll(/'([A-Z][a-z]+(?:[A-Z][a-z]*)+)'/g)].map(([, name = '']) => name))
  .filter((name) => name !== 'CoreSignal');
const ofProviders = ['CoreSignal', 'Lusha'].flatMap((provider) =>
  Object.keys(vendorErrorKinds).map((kind) => `${provider}${kind}`),
);

describe('a gap', () => {
  it('of every class that a refresh can note has words that say what to do', () => {
    expect(named).toEqual(expect.arrayContaining(['CompanyUnknown', 'DailyCreditsUsed', 'NobodyListed', 'MorePeople']));
    for (const why of [...named, ...ofProviders, 'StepTimeout']) {
      for (const step of ['resolve', 'discover', 'enrich'] as const) {
        for (const people of [0, 1, 2]) {
          const said = explainGap({ step, class: why, people });
          expect([why, said]).toEqual([why, expect.stringMatching(/.{15}[:;,] .{15}/)]);
          expect([why, said]).not.toEqual([why, expect.stringContaining('runbook')]);
          expect(said).not.toContain(why);
          expect(said).not.toMatch(/\b1 people|\b1 more people|\b[02] person|undefined/);
        }
      }
    }
  });

  it.each([
    [
      { step: 'enrich', class: 'LushaPaymentRequired', people: 11 },
      'Lusha has no credits left: 11 people have no address, or lack a number that was wanted; buy some there, see them in GET /ops/health/providers, then refresh the group again, within the hour by force',
    ],
    [
      { step: 'discover', class: 'DailyCreditsUsed', people: 1 },
      'what may be spent in a day (buyerGroups.dailyCredits) is spent: 1 person of the company was not read; wait until tomorrow (UTC) or allow more in causeway.yaml and restart the workers, then refresh the group again, within the hour by force',
    ],
    [
      { step: 'discover', class: 'MorePeople', people: 1 },
      '1 more person works there than one refresh reads (buyerGroups.maxPeople), and was not looked at; raise it in causeway.yaml if they matter, and restart the workers',
    ],
    [
      { step: 'resolve', class: 'Another', people: 0 },
      'the company was not looked up, so what is known of it may be old: Another; docs/runbook.md says what to do',
    ],
  ] as const)('%j is said with its number of people', (gap, words) => {
    expect(explainGap(gap)).toBe(words);
  });
});
