import { z } from 'zod';
import { decision, priorities } from './decision.ts';
import { facts } from './facts.ts';
import { moves } from './buyer-group.ts';
import { jobStatuses } from './refresh.ts';

/** What the ledger says of one effect. `skipped` is only ever a run's own view: the effect was confirmed before. */
const effectView = z.object({
  key: z.string(),
  state: z.enum(['intent', 'confirmed', 'refused', 'unknown', 'skipped']),
  attempts: z.number(),
  receipt: z.record(z.string(), z.string()).nullable(),
});

const workflow = z.object({ id: z.string(), runId: z.string().nullable(), url: z.string() });

/** One event with everything that was made of it, for people and programs. Times are ISO 8601. */
export const eventView = z.object({
  id: z.string(),
  tenantId: z.string(),
  source: z.string(),
  type: z.string(),
  state: z.enum(['accepted', 'running', 'done', 'failed']),
  outcome: z.string().nullable(),
  correlationId: z.string(),
  receivedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** The refreshes that a role change led to: the id of the one of the company that was joined, else of the first, and what became of each. */
  jobId: z.string().nullable(),
  refreshes: z.array(
    z.object({
      jobId: z.string(),
      companyId: z.string(),
      company: z.object({ name: z.string().nullable(), domain: z.string().nullable() }),
      move: z.enum(moves).nullable(),
      /** It went into a run that was to come anyway, or has to wait since one was within the hour. */
      coalesced: z.boolean(),
      status: z.enum(jobStatuses),
    }),
  ),
  decision: decision
    .omit({ actions: true })
    .extend({ facts: facts.pick({ provider: true, fetchedAt: true, parts: true, gaps: true }) })
    .nullable(),
  actions: z.array(
    z.object({ type: z.string(), target: z.string(), priority: z.enum(priorities), effect: effectView }),
  ),
  failure: z.object({ class: z.string(), message: z.string() }).nullable(),
  /** Its own, or that of the batch that it was decided in; null where there is none: it ended at the door, or waits for a batch. */
  workflow: workflow.nullable(),
});
export type EventView = z.infer<typeof eventView>;
