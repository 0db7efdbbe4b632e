import { z } from 'zod';

/** How much is found out: who there is; also how those who have a part are reached; also what is missing of anybody with a part. */
export const enrichmentLevels = ['identify', 'enrich', 'deep_research'] as const;
export type EnrichmentLevel = (typeof enrichmentLevels)[number];

export const jobStatuses = ['waiting', 'processing', 'completed', 'failed', 'canceled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** What a run does not know, and why: the step, and the failure class of whoever did not tell. */
export const gap = z.object({ step: z.enum(['resolve', 'discover', 'enrich']), class: z.string(), people: z.number() });
export type Gap = z.infer<typeof gap>;

/** What became of a group in one run; the changes are numbers of people. */
export const jobResult = z.object({
  members: z.number(),
  /** From 0 to 1. */
  confidence: z.number(),
  cohesion: z.number(),
  isPartial: z.boolean(),
  changes: z.object({
    joined: z.number(),
    found: z.number(),
    left: z.number(),
    titleChanged: z.number(),
    roleChanged: z.number(),
  }),
});
export type JobResult = z.infer<typeof jobResult>;

/** The type and the source of the events that carry refreshes out. */
export const refreshType = 'company.buyer_group_refresh';
export const refreshSource = 'buyer-groups';
