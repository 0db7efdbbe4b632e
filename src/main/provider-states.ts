import { hostname } from 'node:os';
import type { BreakerChange } from '../connectors/breaker.ts';
import type { Queries } from '../db/database.ts';
import { forgetProcess, writeProviderState } from '../db/provider-states.ts';
import type { Logger } from '../telemetry/log.ts';
import { reasonOf } from '../intake/reason-of.ts';

/** Writes down how this process stands to its providers, in the order of the changes, for operators to see. */
export function createProviderStates({ queries, log }: { queries: Queries; log: Logger }) {
  const name = `${hostname()}:${process.pid}`;
  let writing: Promise<void> = Promise.resolve();
  const write = (work: () => Promise<void>): Promise<void> => {
    writing = writing.then(work).catch((error: unknown) => {
      log.warn({ reason: reasonOf(error) }, 'the state of a provider was not written');
    });
    return writing;
  };

  return {
    record(change: BreakerChange): void {
      const { provider, state, lastFailureClass: failure_class } = change;
      log.warn({ provider, state, failure_class }, 'the state of a provider changed');
      void write(() => writeProviderState(queries, { ...change, process: name }));
    },
    /** A process that has ended stands to nobody in any way. */
    stop: (): Promise<void> => write(() => forgetProcess(queries, name)),
  };
}
