import { describe, expect, test } from 'vitest';
import { ConfigurationError } from './environment.ts';
import { parseCausewayFile, readCausewayFile } from './causeway-file.ts';

/** Protects what holds where nobody says anything, and whoever mistypes what he says. */

test('without a word in it, or without the file, these are the terms', () => {
  const terms = {
    modes: [],
    batches: { maxEvents: 500, maxWaitSeconds: 5 },
    sources: {},
    enrichment: {
      allowedContextFields: [
        'stage',
        'daysInStage',
        'closeDate',
        'competitors',
        'openTasks',
        'lastActivityDaysAgo',
        'employeeCount',
        'industry',
        'recentIntent',
      ],
      timeoutSeconds: 5,
      retries: 2,
      cacheSeconds: 300,
      intentDays: 30,
      hubspotRequestsPer10Seconds: 100,
    },
    model: {
      name: 'gpt-4o-mini',
      eventFields: expect.arrayContaining(['dealstage', 'closedate', 'amount']),
      maxOutputTokens: 256,
      temperature: 0.2,
      confidenceThreshold: 0.75,
      timeoutSeconds: 10,
      maxDailyCalls: 5_000,
      inputPricePerMillion: 0.15,
      outputPricePerMillion: 0.6,
    },
    actions: {
      crmFields: {
        deals: ['hs_priority', 'hs_next_step'],
        contacts: ['lifecyclestage'],
        companies: ['lifecyclestage'],
        tickets: [],
      },
    },
    leads: { sources: ['website', 'chatbot', 'app', 'webhook'] },
    retention: {
      violations: 30,
      payloads: 400,
      failed: 730,
      leads: 'keep',
      modelCalls: 730,
      refreshLogs: 400,
      formerMembers: 400,
      audit: 'keep',
    },
    warehouse: { compaction: true },
    buyerGroups: {
      targetFunctions: ['sales', 'marketing', 'operations'],
      targetAccounts: [],
      enrichmentLevel: 'enrich',
      windowSeconds: 3_600,
      runsPerMinute: 10,
      concurrentRuns: 5,
      maxPeople: 50,
      maxMinutes: 15,
      freshDays: 30,
      dailyCredits: { coresignal: 5_000, lusha: 500 },
    },
    breaker: { failures: 5, resetSeconds: 30 },
  };
  expect(parseCausewayFile('')).toEqual(terms);
  expect(parseCausewayFile('# only a comment')).toEqual(terms);
  expect(readCausewayFile(`${import.meta.dirname}/no-such-file.yaml`)).toEqual(terms);
});

test.each([
  'example.com',
  ' Example.COM ',
  'www.example.com',
  'https://Example.com/x?y',
  'http://www.example.com:8080',
  'ada@example.com',
])('an account to win is its domain, as companies have it, when somebody writes %s', (account) => {
  const { buyerGroups } = parseCausewayFile(JSON.stringify({ buyerGroups: { targetAccounts: [account] } }));
  expect(buyerGroups.targetAccounts).toEqual(['example.com']);
});

describe('a mistake is refused with its place and what is expected', () => {
  test.each([
    ['a mode that there is not', 'modes: [{ types: [deal.*], mode: model }]', /modes\.0\.mode: .*"rules-then-model"/],
    ['a pattern that no event type fits', 'modes: [{ types: ["deal change"], mode: rules }]', /modes\.0\.types\.0: /],
    ['a field that no context has', 'enrichment: { allowedContextFields: [stages] }', /allowedContextFields\.0: /],
    ['a setting that there is not', 'enrichment: { timeout: 5 }', /enrichment: Unrecognized key: "timeout"/],
    ['no time at all for look-ups', 'enrichment: { timeoutSeconds: 0 }', /timeoutSeconds: /],
    // More would end the step itself, and its event with it, before the last try could go on with what it has.
    ['more tries than a step has', 'enrichment: { retries: 6 }', /enrichment\.retries: .*5/],
    ['a confidence above 1', 'model: { confidenceThreshold: 75 }', /confidenceThreshold: /],
    ['objects that cannot be written', 'actions: { crmFields: { owners: [email] } }', /actions\.crmFields: /],
    [
      'a secret in the file',
      'sources: { shop: { secret: whsec_x, fields: { objectType: t, objectId: i } } }',
      /sources\.shop/,
    ],
    ['events forgotten while they may still come again', 'retention: { payloads: 7 }', /retention\.payloads: /],
    ['a time to keep that is no time', 'retention: { leads: forever }', /retention\.leads: /],
    [
      'a window without an end',
      'buyerGroups: { windowSeconds: 31536000 }',
      /windowSeconds: expected at most 2,592,000 seconds, which are 30 days/,
    ],
    ['runs without a limit', 'buyerGroups: { runsPerMinute: 100000 }', /runsPerMinute: expected at most 10,000 runs/],
    [
      'more runs at once than anybody has',
      'buyerGroups: { concurrentRuns: 5000 }',
      /concurrentRuns: expected at most 1,000 runs/,
    ],
    ['answers of years ago', 'buyerGroups: { freshDays: 3650 }', /freshDays: expected at most 365 days/],
    [
      'credits beyond what can be counted',
      'buyerGroups: { dailyCredits: { lusha: 3000000000 } }',
      /dailyCredits\.lusha: expected at most 10,000,000 credits a day/,
    ],
    [
      'an account by its name',
      'buyerGroups: { targetAccounts: [example.com, Example Inc] }',
      /targetAccounts\.1: expected the domain of a company, such as example\.com/,
    ],
    [
      'a pattern for an account',
      'buyerGroups: { targetAccounts: ["*.example.com"] }',
      /targetAccounts\.0: expected the domain/,
    ],
    [
      'a number for an account',
      'buyerGroups: { targetAccounts: [10.0.0.1, localhost, ""] }',
      /targetAccounts\.0: [\s\S]*targetAccounts\.1: [\s\S]*targetAccounts\.2: /,
    ],
    [
      'a site of many for an account',
      'buyerGroups: { targetAccounts: [linkedin.com] }',
      /targetAccounts\.0: [^;]*; a site on which many have a page is none/,
    ],
    ['a key that stands there twice', 'breaker: { failures: 5 }\nbreaker: { failures: 6 }', /unique/],
    ['no YAML', 'modes: [', /causeway\.yaml: /],
  ])('%s', (_what, text, message) => {
    expect(() => parseCausewayFile(text)).toThrow(ConfigurationError);
    expect(() => parseCausewayFile(text)).toThrow(message);
  });

  test('names the file that it stands in, whatever that is called', () => {
    const mistake = 'model: { confidenceThreshold: 75 }';
    expect(() => parseCausewayFile(mistake, 'conf/team.yaml')).toThrow(
      /^conf\/team\.yaml: model\.confidenceThreshold: /,
    );
    expect(() => parseCausewayFile('modes: [', 'conf/team.yaml')).toThrow(/^conf\/team\.yaml: /);
  });
});
