import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { EventView } from '../domain/event-view.ts';
import type { JobView } from '../domain/job-view.ts';
import { refreshType } from '../domain/refresh.ts';
import type { Jobs } from '../operations/jobs.ts';
import type { Why } from '../operations/why.ts';
import { type Command, type Output, UsageError } from './command.ts';
import { jobLines, jobName, operator } from './job-lines.ts';
import { formatTable } from './table.ts';

interface Explained {
  why: Why;
  jobs: Pick<Jobs, 'read'>;
}

type Found = { event: EventView; job?: never } | { event?: never; job: JobView };

/** A refresh has its event from when its turn has come; before that it is a job alone. */
async function find(id: string, { why, jobs }: Explained): Promise<Found | undefined> {
  const event = await why(id);
  if (event) return { event };
  const job = await jobs.read(id, operator);
  return job && { job };
}

/** `why`: what became of one event, and for which reasons. */
export function whyCommand(withWhy: <T>(work: (known: Explained) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'why',
    summary: 'explain what became of an event',
    help: `Usage: npm run causeway -- why <event id> [--json]

Says what became of an event: the decision, who made it, every condition with the value it had, each effect,
and the refreshes of buyer groups that a role change led to: coalesced ones went into a run that was to come anyway.
Of a refresh that waits for its turn it says for which company, until when, and for which reasons.

  --json  print what GET /api/v1/events/<event id> answers, or of a refresh that waits GET /api/v1/jobs/<id>`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { json: { type: 'boolean', default: false } },
      });
      const [id, ...more] = positionals;
      if (id === undefined || more.length > 0) throw new UsageError('name one event id');
      const found = z.uuid().safeParse(id).success ? await withWhy((known) => find(id, known)) : undefined;
      if (!found) {
        output.error(`no event has the id '${id}'; it is the id that the webhook was answered with`);
        return false;
      }
      if (values.json) output.out(JSON.stringify(found.event ?? found.job, null, 2));
      else if (found.event) explain(found.event, output);
      else explainJob(found.job, output);
      return true;
    },
  };
}

function explainJob(job: JobView, output: Output): void {
  output.out(
    job.status === 'waiting'
      ? 'this is a refresh that waits: it becomes an event of this id when its turn has come'
      : 'this is a refresh that has no event of its own: it never began',
  );
  for (const line of jobLines(job)) output.out(line);
}

function explain({ decision, actions, failure, workflow, refreshes, ...event }: EventView, output: Output): void {
  const out = (line: string) => output.out(line);
  out(`${event.type} from ${event.source}: ${event.state}${event.outcome === null ? '' : `, ${event.outcome}`}`);
  out(`received ${event.receivedAt}, ${event.finishedAt === null ? 'not finished' : `finished ${event.finishedAt}`}`);
  if (failure) out(`failed as ${failure.class}: ${failure.message}`);
  if (decision) {
    out(
      `decided by ${decision.decidedBy}${decision.ruleId === null ? '' : `, rule ${decision.ruleId}`}: ${decision.reasoning}`,
    );
    if (decision.facts.gaps.length > 0) out(`not known: ${decision.facts.gaps.join(', ')}`);
    const conditions = decision.trace.flatMap(({ ruleId, predicates }) =>
      predicates.map(({ expression, value }) => [ruleId, expression, String(value)]),
    );
    if (conditions.length > 0) for (const line of formatTable(['rule', 'condition', 'was'], conditions)) out(line);
  }
  const effects = actions.map(({ type, target, effect }) => [
    type,
    target,
    effect.state,
    String(effect.attempts),
    effect.key,
  ]);
  if (effects.length > 0) {
    for (const line of formatTable(['action', 'target', 'effect', 'attempts', 'key'], effects, 140)) out(line);
  }
  const jobs = refreshes.map(({ jobId, move, coalesced, status, ...named }) => [
    jobId,
    jobName(named),
    move ?? '-',
    status,
    coalesced ? 'yes' : 'no',
  ]);
  if (jobs.length > 0) {
    for (const line of formatTable(['refresh', 'company', 'change', 'status', 'coalesced'], jobs)) out(line);
    out('npm run causeway -- jobs show <refresh> says more of one');
  }
  if (event.type === refreshType) out(`it carries a refresh out: npm run causeway -- jobs show ${event.id}`);
  if (workflow) out(`workflow ${workflow.url}`);
  else if (event.outcome === 'erased') out('it was about somebody who was erased, and ended before a workflow began');
  else if (event.outcome === 'no_consent') {
    out(
      'there was no consent, so it was dropped at the door: of it only keyed hashes are kept, and it has no workflow',
    );
  } else out('it waits for a batch, and has no workflow yet');
}
