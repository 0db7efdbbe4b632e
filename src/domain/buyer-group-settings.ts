import { z } from 'zod';
import { jobFunctions } from './buyer-group.ts';
import { isDomainName, readCompanyDomain } from './domain-name.ts';
import { enrichmentLevels } from './refresh.ts';

const whole = z.number().int().positive();
const atMost = (most: number, unit: string) => `expected at most ${most.toLocaleString('en-US')} ${unit}`;
const monthSeconds = 30 * 86_400;
const mostCredits = 10_000_000;
const credits = z.number().int().min(0).max(mostCredits, atMost(mostCredits, 'credits a day'));

/** However somebody writes it, it is compared as the domains of companies are. */
const account = z.string().transform((text, context) => {
  const domain = readCompanyDomain(text.trim());
  if (domain !== undefined && isDomainName(domain)) return domain;
  context.addIssue({
    code: 'custom',
    message: 'expected the domain of a company, such as example.com; a site on which many have a page is none',
  });
  return z.NEVER;
});

/** `buyerGroups` of `causeway.yaml`. */
export const buyerGroups = z
  .strictObject({
    /** The functions that buy what this team sells: who leads one of them decides. */
    targetFunctions: z.array(z.enum(jobFunctions)).default(['sales', 'marketing', 'operations']),
    /** Domains of companies that this team wants to win; their changes come first. */
    targetAccounts: z.array(account).default([]),
    enrichmentLevel: z.enum(enrichmentLevels).default('enrich'),
    /** A company is refreshed once in so long; what comes in between goes into the next run. */
    windowSeconds: z
      .number()
      .min(0)
      .max(monthSeconds, atMost(monthSeconds, 'seconds, which are 30 days'))
      .default(3_600),
    /** Of all companies and tenants together. */
    runsPerMinute: whole.max(10_000, atMost(10_000, 'runs')).default(10),
    concurrentRuns: whole.max(1_000, atMost(1_000, 'runs')).default(5),
    /** Of one run: how many people are read, and in what time. */
    maxPeople: whole.max(1_000, atMost(1_000, 'people')).default(50),
    maxMinutes: whole.max(60, atMost(60, 'minutes')).default(15),
    /** What was paid for is used again for so long. */
    freshDays: whole.max(365, atMost(365, 'days')).default(30),
    /** A tenant's, counted by days in UTC; beyond it nobody is asked. */
    dailyCredits: z
      .strictObject({
        coresignal: credits.default(5_000),
        lusha: credits.default(500),
      })
      .prefault({}),
  })
  .prefault({});
export type BuyerGroupSettings = z.infer<typeof buyerGroups>;
