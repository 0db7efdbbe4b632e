import { type Job, readJob } from '../../db/buyer-groups/jobs.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { superseded } from '../open-event.ts';

/** The refresh that an event runs. Throws `Superseded` when it has ended, or another run has it. */
export function createJobOf({ queries }: Pick<ActivityDependencies, 'queries'>) {
  return async function jobOf(run: EventRun): Promise<Job> {
    const job = await readJob(queries, run);
    if (!job) throw superseded();
    return job;
  };
}
