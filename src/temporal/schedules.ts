import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import { callWithin } from './call-within.ts';

/** A workflow that is started once a day. */
export interface Daily {
  name: string;
  workflowType: string;
  args: readonly unknown[];
  /** When, in UTC; up to half an hour later. */
  hour: number;
  /** What it is for, for whoever sees it in Temporal. */
  note: string;
}

const callLimitMs = 5_000;

/** Schedules of this installation, which are those of its task queue. */
export function createSchedules({ client, taskQueue }: { client: Client; taskQueue: string }) {
  const idOf = (name: string): string => `${taskQueue}:${name}`;
  const within = <T>(call: () => Promise<T>): Promise<T> => callWithin(client, Date.now() + callLimitMs, call);

  const optionsOf = ({ name, workflowType, args, hour, note }: Daily) =>
    ({
      scheduleId: idOf(name),
      spec: { calendars: [{ hour, comment: note }], jitter: '30 minutes' },
      action: {
        type: 'startWorkflow',
        workflowType,
        args: [...args],
        taskQueue,
        workflowId: idOf(name),
        staticSummary: note,
      },
      // A day that was missed is made up for once: what is too old today was so yesterday.
      policies: { overlap: 'SKIP', catchupWindow: '1 day', pauseOnFailure: false },
      state: { note },
    }) satisfies ScheduleOptions;

  return {
    idOf,

    /**
     * Makes the schedule, or brings it up to date; that it was paused stays. Whoever does so at the same time does the
     * same.
     */
    async keep(daily: Daily): Promise<void> {
      const options = optionsOf(daily);
      try {
        await within(() => client.schedule.create(options));
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        const handle = client.schedule.getHandle(options.scheduleId);
        await within(() => handle.update(({ state }) => ({ ...options, state })));
      }
    },

    /** One that is not there is as good as removed. */
    async remove(name: string): Promise<void> {
      try {
        await within(() => client.schedule.getHandle(idOf(name)).delete());
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      }
    },
  };
}

export type Schedules = ReturnType<typeof createSchedules>;
