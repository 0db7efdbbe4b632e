import { z } from 'zod';
import { jobFunctions } from './buyer-group.ts';
import { enrichmentLevels } from './refresh.ts';

const whole = z.number().int().positive();

/** `buyerGroups` of `causeway.yaml`. */
export const buyerGroups = z
  .strictObject({
    /** The functions that buy what this team sells: who leads one of them decides. */
    targetFunctions: z.array(z.enum(jobFunctions)).default(['sales', 'marketing', 'operations']),
    /** Domains of companies that this team wants to win; their changes come first. */
    targetAccounts: z.array(z.string().trim().toLowerCase().min(3)).default([]),
    enrichmentLevel: z.enum(enrichmentLevels).default('enrich'),
    /** A company is refreshed once in so long; what comes in between goes into the next run. */
    windowSeconds: z.number().min(0).default(3_600),
    /** Of all companies and tenants together. */
    runsPerMinute: whole.default(10),
    concurrentRuns: whole.default(5),
    /** Of one run: how many people are read, and in what time. */
    maxPeople: whole.max(1_000).default(50),
    maxMinutes: whole.max(60).default(15),
    /** What was paid for is used again for so long. */
    freshDays: whole.default(30),
    /** A tenant's, counted by days in UTC; beyond it nobody is asked. */
    dailyCredits: z
      .strictObject({
        coresignal: z.number().int().min(0).default(5_000),
        lusha: z.number().int().min(0).default(500),
      })
      .prefault({}),
  })
  .prefault({});
export type BuyerGroupSettings = z.infer<typeof buyerGroups>;
