import { cancelJob, type Cancellation } from '../db/buyer-groups/cancel-job.ts';
import { type JobRow, readJob, readJobs } from '../db/buyer-groups/job-views.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { explained } from '../domain/gap-words.ts';
import type { JobCanceled, JobView } from '../domain/job-view.ts';
import type { JobStatus } from '../domain/refresh.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';
import { pageOf, type Place } from './cursor.ts';
import type { WorkflowLinks } from './workflow-links.ts';

/** Who looks; null is any. `by` is how they are named in what they ask for. */
export interface Viewer {
  tenantId: string | null;
  sources: readonly string[] | null;
  by: string;
}

export type CancelAsked =
  | { result: 'canceled'; job: JobCanceled }
  | { result: 'over'; status: JobStatus }
  | { result: 'missing' };

const temporalBudgetMs = 3_000;

/** The refreshes of buyer groups, as people and programs see and end them. */
export function createJobs(options: {
  queries: Queries;
  tenantId: string;
  workflows: Pick<EventWorkflows, 'look' | 'cancel'>;
  /** How long the hour of a company is. */
  windowMs: () => number;
  links: WorkflowLinks;
}) {
  const { queries, tenantId, workflows, windowMs, links } = options;

  /** Throws `Unavailable` while there is nothing that could be asked: it may begin at any moment. */
  async function end({ event }: Extract<Cancellation, { state: 'processing' }>): Promise<'asked' | 'over'> {
    if (!event) throw new Unavailable('the workflow of this job', 2, undefined);
    const deadlineMs = Date.now() + temporalBudgetMs;
    try {
      const state = await workflows.look(event, deadlineMs);
      if (state === 'closed') return 'over';
      if (state === 'running') {
        await workflows.cancel(event, deadlineMs);
        return 'asked';
      }
    } catch (error) {
      throw new Unavailable('Temporal', 5, error);
    }
    throw new Unavailable('the workflow of this job', 2, undefined);
  }

  return {
    async read(id: string, { by, ...viewer }: Viewer): Promise<JobView | undefined> {
      const scope = { ...viewer, requestedBy: by };
      const row = await orUnavailable(readJob(queries, id, { scope, windowMs: windowMs() }));
      return row && viewOf(row, links);
    },

    async list(request: {
      status?: JobStatus | undefined;
      companyId?: string | undefined;
      after?: Place | undefined;
      limit: number;
    }): Promise<{ jobs: JobView[]; next: string | null }> {
      const found = await orUnavailable(
        readJobs(queries, { ...request, tenantId, limit: request.limit + 1, windowMs: windowMs() }),
      );
      const { rows, next } = pageOf(found, request.limit, ({ createdAt: at, id }) => ({ at, id }));
      return { jobs: rows.map((row) => viewOf(row, links)), next };
    },

    /** Ends a job: one that waits at once, one that runs as soon as its workflow has. */
    async cancel(id: string, by: string): Promise<CancelAsked> {
      const asked = await orUnavailable(cancelJob(queries, { tenantId, id, by }));
      if (asked.state === 'missing') return { result: 'missing' };
      if (asked.state === 'over') return { result: 'over', status: asked.status };
      if (asked.state === 'canceled') return { result: 'canceled', job: { id, status: 'canceled' } };
      return (await end(asked)) === 'over'
        ? { result: 'over', status: 'processing' }
        : { result: 'canceled', job: { id, status: 'processing' } };
    },
  };
}

export type Jobs = ReturnType<typeof createJobs>;

function viewOf(row: JobRow, links: WorkflowLinks): JobView {
  const { companyName, companyDomain, gaps, failureClass, failureMessage, keyHash, generation, runId, ...job } = row;
  return {
    ...job,
    company: { name: companyName, domain: companyDomain },
    gaps: gaps.map(explained),
    failure: failureClass === null ? null : { class: failureClass, message: failureMessage ?? '' },
    workflow: keyHash === null || generation === null ? null : links.toEvent(keyHash, generation, runId),
  };
}
