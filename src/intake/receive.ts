import { orUnavailable } from '../db/errors-as-unavailable.ts';
import type { ParsedEvent, Violation } from '../domain/incoming.ts';
import type { ReceivedEvent } from '../domain/received.ts';
import type { Accept } from './accept.ts';
import type { RecordViolations } from './violations.ts';

export interface Request {
  tenantId: string;
  source: string;
  correlationId: string;
  traceParent: string | null;
}

/** Takes a whole request in: events are stored and started, the rest is kept as violations. Throws `Unavailable`; then nothing was promised. */
export function createReceive(options: { accept: Accept; recordViolations: RecordViolations }) {
  const { accept, recordViolations } = options;

  async function receive(request: Request, items: readonly (ParsedEvent | Violation)[]): Promise<ReceivedEvent[]> {
    const violations = items.filter((item) => item.kind === 'violation');
    const violationIds = await recordViolations(
      request,
      violations.map(({ path, message, raw }) => ({ path, message, raw: Buffer.from(JSON.stringify(raw) ?? '') })),
    );
    const accepted = await accept({ ...request, events: items.filter((item) => item.kind === 'event') });
    return items.map((item): ReceivedEvent => {
      if (item.kind === 'violation') {
        return {
          id: violationIds.shift() ?? '',
          status: 'violation',
          error: { path: item.path, message: item.message },
        };
      }
      const next = accepted.shift();
      if (!next) throw new Error('an event of the request was neither stored nor recognised');
      return next;
    });
  }

  return {
    events: (request: Request, items: readonly (ParsedEvent | Violation)[]) => orUnavailable(receive(request, items)),
    /** A body that could not be read as JSON at all. */
    unreadable: (request: Request, raw: Buffer) =>
      orUnavailable(recordViolations(request, [{ path: '', message: 'the body is not JSON', raw }])),
  };
}

export type Receive = ReturnType<typeof createReceive>;
