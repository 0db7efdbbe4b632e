import { addGap } from '../../db/buyer-groups/jobs.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { Gap } from '../../domain/refresh.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createJobOf } from './job-of.ts';

/** Notes that a step could not be carried out, unless it has said so itself, and of how many people. */
export function createNoteGap(dependencies: Pick<ActivityDependencies, 'queries'>) {
  const jobOf = createJobOf(dependencies);
  return async function noteGap(run: EventRun, gap: Gap): Promise<void> {
    const job = await jobOf(run);
    await addGap(dependencies.queries, job.id, gap);
  };
}
