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
  state: z
    .enum(['accepted', 'running', 'done', 'failed'])
    .describe('accepted: it waits for what came before it, or for a worker.'),
  outcome: z
    .string()
    .nullable()
    .describe(
      'How it ended. acted: something was done. no_action: it was decided to do nothing. undecided: nobody had anything to decide about it; `decision.reasoning` says why. captured: the lead is kept. coalesced: a refresh that was to come anyway does it. no_consent: it was dropped at the door. echo: it tells of a write of ours. stale: something later was written before. superseded: another run of it took over. erased: it was about somebody who was erased. failed: `failure` says why.',
    ),
  correlationId: z.string().describe('That of the request that brought it.'),
  receivedAt: z.string(),
  finishedAt: z.string().nullable(),
  jobId: z
    .string()
    .nullable()
    .describe('Of the refresh of the company that was joined, else of the first; `GET /api/v1/jobs/<id>` shows it.'),
  refreshes: z
    .array(
      z.object({
        jobId: z.string(),
        companyId: z.string(),
        company: z.object({ name: z.string().nullable(), domain: z.string().nullable() }),
        move: z.enum(moves).nullable(),
        coalesced: z
          .boolean()
          .describe('It went into a run that was to come anyway, or has to wait since one was within the hour.'),
        status: z.enum(jobStatuses),
      }),
    )
    .describe('Those that a role change led to, with what became of each.'),
  decision: decision
    .omit({ actions: true })
    .extend({ facts: facts.pick({ provider: true, fetchedAt: true, parts: true, gaps: true }) })
    .nullable(),
  actions: z.array(
    z.object({ type: z.string(), target: z.string(), priority: z.enum(priorities), effect: effectView }),
  ),
  failure: z.object({ class: z.string(), message: z.string() }).nullable(),
  workflow: workflow
    .nullable()
    .describe(
      'Its own, or that of the batch that it was decided in. Null where there is none: it ended before one began, or waits for a batch.',
    ),
});
export type EventView = z.infer<typeof eventView>;
