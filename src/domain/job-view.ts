import { z } from 'zod';
import { moves } from './buyer-group.ts';
import { enrichmentLevels, gap, jobResult, jobStatuses } from './refresh.ts';

/** What a run does not know, and in words what is missing, why, and what to do. */
export const gapView = gap.extend({ explanation: z.string() });

const counts = z.record(z.string(), z.number());

/** A refresh of a company's group, for people and programs. Times are ISO 8601. */
export const jobView = z.object({
  id: z.string(),
  companyId: z.string(),
  company: z.object({ name: z.string().nullable(), domain: z.string().nullable() }),
  status: z.enum(jobStatuses),
  /** From 0 to 100; says nothing of one that was canceled or failed. */
  progress: z.number(),
  step: z.string(),
  /** 1 is first. */
  priority: z.number(),
  enrichmentLevel: z.enum(enrichmentLevels),
  forced: z.boolean(),
  /** The first hundred. */
  reasons: z.array(
    z.object({
      /** Null: somebody asked for it. */
      eventId: z.string().nullable(),
      move: z.enum(moves).nullable(),
      priority: z.number(),
      coalesced: z.boolean(),
      requestedBy: z.string().nullable(),
      at: z.string(),
    }),
  ),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** When the company's hour is over, for one that waits for that; null where it only waits for its turn, or does not wait. */
  notBefore: z.string().nullable(),
  gaps: z.array(gapView),
  /** Paid calls, and what they cost, by provider. */
  calls: counts,
  credits: counts,
  result: jobResult.nullable(),
  /** The job that stands for this one, since its company turned out to be one that was known already: `companyId` is that one. */
  mergedInto: z.string().nullable(),
  failure: z.object({ class: z.string(), message: z.string() }).nullable(),
  /** Null while it waits. */
  workflow: z.object({ id: z.string(), runId: z.string().nullable(), url: z.string() }).nullable(),
});
export type JobView = z.infer<typeof jobView>;

/** What a company shows of a job. */
export const jobBrief = jobView.pick({
  id: true,
  status: true,
  priority: true,
  createdAt: true,
  startedAt: true,
  finishedAt: true,
  notBefore: true,
});
export type JobBrief = z.infer<typeof jobBrief>;

/** What a job is after somebody wished it to end: `processing` until its workflow has. */
export const jobCanceled = z.object({ id: z.string(), status: z.enum(['canceled', 'processing']) });
export type JobCanceled = z.infer<typeof jobCanceled>;

/** `coalesced`: it went into a run that was to come anyway, or has to wait since one was within the hour. */
export const refreshReceipt = z.object({
  jobId: z.string(),
  companyId: z.string(),
  status: z.enum(['accepted', 'coalesced']),
  notBefore: z.string().nullable(),
});
export type RefreshReceipt = z.infer<typeof refreshReceipt>;

/** What a refresh that has not begun waits for, in words. */
export const waitsFor = ({ notBefore }: Pick<JobView, 'notBefore'>): string =>
  notBefore === null ? 'for its turn' : `until ${notBefore}, when the hour of its company is over`;

/** Whether how far a refresh is says anything: one that was canceled or failed is at no end. */
export const hasProgress = ({ status }: Pick<JobView, 'status'>): boolean =>
  status !== 'canceled' && status !== 'failed';
