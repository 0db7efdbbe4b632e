import { randomUUID } from 'node:crypto';
import { type JobWithoutEvent, readJobsWithoutEvent } from '../db/buyer-groups/jobs-without-event.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { foreseeRedrive, matchFailed } from '../db/failures.ts';
import { finishRedrive, insertRedrive, readRedrive } from '../db/redrives.ts';
import { waitsFor } from '../domain/job-view.ts';
import {
  maxEventsPerRedrive,
  type RedriveForecast,
  type RedriveReceipt,
  type RedriveResult,
  type RedriveSelection,
  type RedriveView,
} from '../domain/operator-views.ts';
import type { Redrive } from '../intake/redrive.ts';
import type { Logger } from '../telemetry/log.ts';

/**
 * Runs failed events again by their ids, their class, or a filter.
 *
 * 1. Events are taken in the order of their former positions, so that those of one lane keep their order.
 * 2. Whether an event has failed is asked under its lane's lock: of two redrives at once, each event is run by one.
 * 3. Who asked is kept before anything runs, and what became of an event in the transaction that opens it. A redrive whose
 *    process ends half-way stays `running`; what it had not reached is still failed, and the next redrive takes it.
 */
export function createRedrives(options: {
  queries: Queries;
  tenantId: string;
  redrive: Redrive;
  /** How long the hour of a company is. */
  windowMs: () => number;
  log: Logger;
}) {
  const { queries, tenantId, redrive, windowMs, log } = options;

  /** A refresh that never began has no event, and its id is known all the same. */
  async function explained<Item extends { eventId: string; result: RedriveResult }>(items: readonly Item[]) {
    const unknown = items.flatMap(({ eventId, result }) => (result === 'not_found' ? [eventId] : []));
    if (unknown.length === 0) return [...items];
    const jobs = await readJobsWithoutEvent(queries, unknown, windowMs());
    const found = new Map(jobs.map((job) => [job.id, explanationOf(job)]));
    return items.map((item) => {
      const explanation = found.get(item.eventId);
      return explanation === undefined ? item : { ...item, explanation };
    });
  }

  async function select(selection: RedriveSelection): Promise<{ matched: number; eventIds: string[] }> {
    if ('eventIds' in selection) {
      const foreseen = await foreseeRedrive(queries, selection.eventIds);
      return { matched: foreseen.length, eventIds: foreseen.map(({ eventId }) => eventId) };
    }
    const filter = 'class' in selection ? { class: selection.class } : selection.filter;
    return matchFailed(queries, { tenantId, filter, limit: maxEventsPerRedrive });
  }

  async function start(selection: RedriveSelection, by: string): Promise<RedriveReceipt> {
    const { matched, eventIds } = await select(selection);
    const id = randomUUID();
    await insertRedrive(queries, { id, tenantId, by, selection, matched });
    await redrive(eventIds, id);
    const { redriven, skipped } = (await finishRedrive(queries, id)) ?? { redriven: 0, skipped: 0 };
    log.info({ redrive_id: id, tenant_id: tenantId, matched, redriven, skipped }, 'events redriven');
    return { id, matched, redriven, skipped, ...noteOn(matched) };
  }

  async function foresee(selection: RedriveSelection): Promise<RedriveForecast> {
    const { matched, eventIds } = await select(selection);
    const events = await explained(await foreseeRedrive(queries, eventIds));
    const redriven = events.filter(({ result }) => result === 'redriven').length;
    return { dryRun: true, matched, redriven, skipped: events.length - redriven, ...noteOn(matched), events };
  }

  async function read(id: string): Promise<RedriveView | undefined> {
    const found = await readRedrive(queries, tenantId, id);
    return found && { ...found, items: await explained(found.items) };
  }

  return {
    start: (selection: RedriveSelection, by: string) => orUnavailable(start(selection, by)),
    /** What `start` would do now. Changes nothing. */
    foresee: (selection: RedriveSelection) => orUnavailable(foresee(selection)),
    read: (id: string): Promise<RedriveView | undefined> => orUnavailable(read(id)),
  };
}

export type Redrives = ReturnType<typeof createRedrives>;

function noteOn(matched: number): { note?: string } {
  if (matched <= maxEventsPerRedrive) return {};
  return {
    note: `${matched} events match, and one redrive takes ${maxEventsPerRedrive}: those that were accepted first. Ask again for the rest.`,
  };
}

function explanationOf({ status, notBefore, mergedInto, hasBegun, companyId }: JobWithoutEvent): string {
  const what = `this is a refresh that ${hasBegun ? 'has no event any more' : 'never began'}`;
  if (mergedInto !== null) return `${what}: the refresh ${mergedInto} stands for it`;
  if (status === 'waiting')
    return `this is a refresh that has not begun: it waits ${waitsFor({ notBefore })}, and then begins by itself`;
  if (status === 'processing') return 'this is a refresh that is about to begin';
  return `${what} and is ${status}, so that there is nothing to run again; ask for a new one: npm run causeway -- groups refresh ${companyId}, or POST /api/v1/intelligence/companies/${companyId}/refresh`;
}
