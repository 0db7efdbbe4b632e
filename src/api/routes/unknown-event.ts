import type { FastifyReply } from 'fastify';
import { type JobView, waitsFor } from '../../domain/job-view.ts';
import { sendProblem } from '../problem.ts';

/** No event has this id. A refresh has one only once its turn has come, so of a job it is said where that is seen. */
export function sendUnknownEvent(reply: FastifyReply, job: JobView | undefined, detail: string): FastifyReply {
  if (!job) return sendProblem(reply, 404, { reason: 'unknown_event', detail });
  return sendProblem(reply, 404, { reason: 'refresh_without_event', detail: detailOf(job) });
}

function detailOf({ status, mergedInto, notBefore, company: { domain, name }, reasons }: JobView): string {
  const what = `this is a refresh of ${domain ?? name ?? 'a company'}`;
  const seen = 'GET /api/v1/jobs/<the same id> shows it';
  if (mergedInto !== null) return `${what}, for which the refresh ${mergedInto} stands; ${seen}`;
  if (status !== 'waiting') return `${what} that never began, and has no event; ${seen}`;
  const since = [
    ...new Set(reasons.map(({ move }) => (move === null ? 'somebody asked for it' : `somebody ${verbs[move]}`))),
  ];
  const because = since.length > 0 ? `, since ${since.join(', and since ')}` : '';
  return `${what} that waits ${waitsFor({ notBefore })}${because}; it becomes an event of this id when it begins, and ${seen}`;
}

const verbs = {
  joined: 'joined it',
  left: 'left it',
  promoted: 'was promoted there',
  retitled: 'has another title there',
  changed: 'who works there has an update',
} as const satisfies Record<NonNullable<JobView['reasons'][number]['move']>, string>;
