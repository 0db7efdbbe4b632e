import { hasProgress, type JobView, waitsFor } from '../domain/job-view.ts';
import { formatTable } from './table.ts';

interface Named {
  company: { name: string | null; domain: string | null };
  companyId: string;
}

/** Who looks and asks by the command line. */
export const operator = { tenantId: null, sources: null, by: 'operator (cli)' };

export const jobName = ({ company: { name, domain }, companyId }: Named): string => domain ?? name ?? companyId;

/** A job as people read it: how far it is, what for, what it could not find out, and what it cost. */
export function jobLines(job: JobView): string[] {
  const { reasons, gaps, result, failure } = job;
  const spent = Object.entries(job.credits).map(([provider, credits]) => `${credits} at ${provider}`);
  const reasonRows = reasons.map(({ move, eventId, requestedBy, priority, coalesced, at }) => [
    move ?? 'asked for',
    eventId ?? requestedBy ?? '-',
    String(priority),
    coalesced ? 'yes' : 'no',
    at.slice(0, 19),
  ]);
  return [
    `${jobName(job)}: ${job.status}${hasProgress(job) ? `, ${job.progress} % (${job.step})` : ''}, priority ${job.priority}, ${job.enrichmentLevel}${job.forced ? ', forced' : ''}`,
    `company ${job.companyId}: npm run causeway -- groups show ${job.companyId}`,
    `asked for ${job.createdAt}, ${job.startedAt === null ? 'not begun' : `begun ${job.startedAt}`}, ${job.finishedAt === null ? 'not finished' : `finished ${job.finishedAt}`}`,
    ...(job.status === 'waiting' ? [`it waits ${waitsFor(job)}`] : []),
    ...(job.mergedInto === null
      ? []
      : [`its company turned out to be ${jobName(job)}, which was known already: job ${job.mergedInto} stands for it`]),
    ...(failure && job.status !== 'canceled'
      ? [`failed as ${failure.class}: ${failure.message || 'docs/runbook.md says what to do'}`]
      : []),
    ...(result
      ? [
          `${result.members} members, confidence ${result.confidence.toFixed(2)}, cohesion ${result.cohesion.toFixed(2)}${result.isPartial ? ', partial' : ''}`,
        ]
      : []),
    ...(spent.length > 0 ? [`credits: ${spent.join(', ')}`] : []),
    ...gaps.map(({ class: why, explanation }) => `not known (${why}): ${explanation}`),
    ...(reasonRows.length > 0 ? formatTable(['reason', 'by', 'priority', 'coalesced', 'at'], reasonRows) : []),
    ...(job.workflow ? [`workflow ${job.workflow.url}`] : []),
  ];
}
