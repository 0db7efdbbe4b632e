import { parseArgs } from 'node:util';
import { z } from 'zod';
import { hasProgress } from '../domain/job-view.ts';
import { jobStatuses } from '../domain/refresh.ts';
import type { Jobs } from '../operations/jobs.ts';
import { type Command, CommandFailed, type Output, UsageError } from './command.ts';
import { jobLines, jobName, operator } from './job-lines.ts';
import { formatTable } from './table.ts';

const jobsShown = 50;
const isId = (text: string): boolean => z.uuid().safeParse(text).success;
const unknown = (id: string) =>
  new CommandFailed(`no job has the id '${id}'; npm run causeway -- jobs lists the latest`);

/** `jobs`: refreshes of buyer groups: which there are, how far one is, and ending one. */
export function jobsCommand(withJobs: <T>(work: (jobs: Jobs) => Promise<T>) => Promise<T>): Command {
  async function list(given: string | undefined, json: boolean, output: Output): Promise<boolean> {
    const status = z.enum(jobStatuses).optional().safeParse(given);
    if (!status.success) throw new UsageError(`--status: one of ${jobStatuses.join(', ')}`);
    const { jobs, next } = await withJobs((all) => all.list({ status: status.data, limit: jobsShown }));
    if (json) output.out(JSON.stringify({ jobs, next }));
    else if (jobs.length === 0) output.out(given === undefined ? 'there are no jobs' : `no job is ${given}`);
    else {
      const rows = jobs.map((job) => [
        job.id,
        jobName(job),
        job.status,
        hasProgress(job) ? `${job.progress} % ${job.step}` : '-',
        String(job.priority),
        job.createdAt.slice(0, 19),
        job.finishedAt?.slice(0, 19) ?? '-',
        job.status === 'canceled' ? '' : (job.failure?.class ?? ''),
      ]);
      const headings = ['job', 'company', 'status', 'progress', 'priority', 'asked for', 'finished', 'failure'];
      for (const line of formatTable(headings, rows)) output.out(line);
      if (next !== null) output.out('There are more; GET /ops/jobs gives them page by page.');
    }
    return true;
  }

  async function show(id: string, json: boolean, output: Output): Promise<boolean> {
    const job = isId(id) ? await withJobs((jobs) => jobs.read(id, operator)) : undefined;
    if (!job) throw unknown(id);
    if (json) output.out(JSON.stringify(job, null, 2));
    else for (const line of jobLines(job)) output.out(line);
    return true;
  }

  async function cancel(id: string, output: Output): Promise<boolean> {
    const asked = isId(id) ? await withJobs((jobs) => jobs.cancel(id, operator.by)) : undefined;
    if (!asked || asked.result === 'missing') throw unknown(id);
    if (asked.result === 'over') {
      output.error(`the job is ${asked.status === 'processing' ? 'over' : asked.status}: there is nothing to cancel`);
      return false;
    }
    output.out(
      asked.job.status === 'canceled'
        ? `${id} is canceled`
        : `${id} was asked to end; see that it has: npm run causeway -- jobs show ${id}`,
    );
    return true;
  }

  return {
    name: 'jobs',
    summary: 'list, show and cancel refreshes of buyer groups',
    help: `Usage: npm run causeway -- jobs [--status ${jobStatuses.join('|')}] [--json]
       npm run causeway -- jobs show <job id> [--json]
       npm run causeway -- jobs cancel <job id>

A job is one refresh of a company's buyer group. Alone it lists the latest ${jobsShown}, newest first. 'show' says how far one is, what it is done for,
what it could not find out and what it cost. 'cancel' takes one that waits out of the line, and asks one that runs to end.

  --status <status>  only those
  --json             print one JSON object and nothing else`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { status: { type: 'string' }, json: { type: 'boolean', default: false } },
      });
      const [verb, id, ...more] = positionals;
      if (verb === undefined) return list(values.status, values.json, output);
      if (
        id === undefined ||
        more.length > 0 ||
        values.status !== undefined ||
        (verb !== 'show' && verb !== 'cancel')
      ) {
        throw new UsageError("say 'jobs', 'jobs show <job id>' or 'jobs cancel <job id>'");
      }
      return verb === 'show' ? show(id, values.json, output) : cancel(id, output);
    },
  };
}
