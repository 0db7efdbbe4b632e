import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { EventView } from '../domain/event-view.ts';
import { refreshType } from '../domain/refresh.ts';
import type { Why } from '../operations/why.ts';
import { type Command, type Output, UsageError } from './command.ts';
import { formatTable } from './table.ts';

/** `why`: what became of one event, and for which reasons. */
export function whyCommand(withWhy: <T>(work: (why: Why) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'why',
    summary: 'explain what became of an event',
    help: `Usage: npm run causeway -- why <event id> [--json]

Says what became of an event: the decision, who made it, every condition with the value it had, each effect,
and the refreshes of buyer groups that a role change led to: coalesced ones went into a run that was to come anyway.

  --json  print what GET /api/v1/events/<event id> answers`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { json: { type: 'boolean', default: false } },
      });
      const [id, ...more] = positionals;
      if (id === undefined || more.length > 0) throw new UsageError('name one event id');
      const event = z.uuid().safeParse(id).success ? await withWhy((why) => why(id)) : undefined;
      if (!event) {
        output.error(`no event has the id '${id}'; it is the id that the webhook was answered with`);
        return false;
      }
      if (values.json) output.out(JSON.stringify(event, null, 2));
      else explain(event, output);
      return true;
    },
  };
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
  const jobs = refreshes.map(({ jobId, companyId, move, coalesced, status }) => [
    jobId,
    companyId,
    move ?? '-',
    status,
    coalesced ? 'yes' : 'no',
  ]);
  if (jobs.length > 0) {
    for (const line of formatTable(['refresh', 'company', 'since somebody', 'status', 'coalesced'], jobs)) out(line);
    out('npm run causeway -- jobs show <refresh> says more of one');
  }
  if (event.type === refreshType) out(`it carries a refresh out: npm run causeway -- jobs show ${event.id}`);
  if (workflow) out(`workflow ${workflow.url}`);
  else if (event.outcome === 'no_consent') {
    out(
      'there was no consent, so it was dropped at the door: of it only keyed hashes are kept, and it has no workflow',
    );
  } else out('it waits for a batch, and has no workflow yet');
}
