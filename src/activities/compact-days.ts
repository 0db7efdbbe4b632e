import type { Ports } from '../connectors/ports.ts';
import type { Logger } from '../telemetry/log.ts';

/** Makes one file of the many of each day up to `to`. Done again, it finds nothing to do. */
export function createCompactDays({ ports, log }: { ports: Pick<Ports, 'warehouse'>; log: Logger }) {
  return async function compactDays({ to, timeoutMs }: { to: string; timeoutMs: number }): Promise<{ days: number }> {
    const compacted = (await ports.warehouse?.compact({ to }, { timeoutMs })) ?? [];
    const files = compacted.reduce((sum, day) => sum + day.files, 0);
    log.info({ days: compacted.length, files }, 'warehouse compacted');
    return { days: compacted.length };
  };
}
