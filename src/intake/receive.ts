import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { ParsedEvent, Violation } from '../domain/incoming.ts';
import type { ReceivedEvent } from '../domain/received.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Accept } from './accept.ts';
import type { RecordViolations } from './violations.ts';

export interface Request {
  tenantId: string;
  source: string;
  correlationId: string;
  traceParent: string | null;
  /** Of leads: the sources that the metrics name. A lead of any other counts as `other`, so that no sender makes up labels. */
  leadSources?: readonly string[];
}

/** Senders stop waiting after 5 s (HubSpot); what is stored later than this is recognised when they send it again. */
const answerWithinMs = 3_500;

/** Takes a whole request in: events are stored and started, the rest is kept as violations. Throws `Unavailable`; then nothing was promised. */
export function createReceive(options: {
  accept: Accept;
  recordViolations: RecordViolations;
  metrics: Metrics;
  log: Logger;
}) {
  const { accept, recordViolations, metrics, log } = options;

  async function receive(request: Request, items: readonly (ParsedEvent | Violation)[]): Promise<ReceivedEvent[]> {
    const accepted = await accept({ ...request, events: items.filter((item) => item.kind === 'event') });
    // After the events: when they cannot be stored the sender sends everything again, and nothing is on record twice.
    const violations = items.filter((item) => item.kind === 'violation');
    const violationIds = await recordViolations(
      request,
      violations.map(({ path, message, raw }) => ({ path, message, raw: Buffer.from(textOf(raw)) })),
    );
    for (const [index, { path }] of violations.entries()) {
      const { tenantId: tenant_id, source, correlationId: correlation_id } = request;
      log.warn({ violation_id: violationIds[index], tenant_id, correlation_id, source, path }, 'event refused');
    }
    const received = items.map((item): ReceivedEvent => {
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
    count(request, items, received);
    return received;
  }

  function count(
    { source, leadSources }: Request,
    items: readonly (ParsedEvent | Violation)[],
    received: readonly ReceivedEvent[],
  ): void {
    for (const [index, item] of items.entries()) {
      const status = received[index]?.status;
      if (status === undefined) continue;
      if (!leadSources) metrics.eventsReceived.inc({ source, status });
      else {
        const said = (item.kind === 'event' ? item.event.source : item.source) ?? source;
        metrics.leadsReceived.inc({ source: leadSources.includes(said) ? said : 'other', status });
      }
      if (status === 'accepted' && item.kind === 'event' && item.ending)
        metrics.leadsFinished.inc({ outcome: item.ending });
      if (item.kind === 'violation') metrics.schemaViolations.inc({ source });
      else if (item.isUnlisted) metrics.unknownTypes.inc({ source });
    }
  }

  return {
    events: (request: Request, items: readonly (ParsedEvent | Violation)[]) =>
      inTime(orUnavailable(receive(request, items))),
    /** A body that could not be read as JSON at all. */
    async unreadable(request: Request, raw: Buffer): Promise<void> {
      await inTime(orUnavailable(recordViolations(request, [{ path: '', message: 'the body is not JSON', raw }])));
      metrics.schemaViolations.inc({ source: request.source });
    },
  };
}

export type Receive = ReturnType<typeof createReceive>;

/** The text of a refused event; what is nested so deeply that it cannot be written is not worth keeping. */
function textOf(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? '';
  } catch {
    return 'nested too deeply to be kept';
  }
}

/** A database that hangs is as good as none; the work itself goes on, and is bounded by its own time limits. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Unavailable('PostgreSQL', 5, new Error(`no answer within ${answerWithinMs} ms`)));
  }, answerWithinMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
