import { z } from 'zod';

const payload = z.object({ data: z.string() });
const payloads = z.object({ payloads: z.array(payload).min(1) });

const history = z.object({
  events: z.array(
    z.object({
      eventId: z.string(),
      eventType: z.string().transform((type) => type.replace('EVENT_TYPE_', '')),
      markerRecordedEventAttributes: z.object({ details: z.object({ data: payloads }) }).optional(),
      activityTaskScheduledEventAttributes: z.object({ activityType: z.object({ name: z.string() }) }).optional(),
      activityTaskStartedEventAttributes: z.object({ scheduledEventId: z.string(), attempt: z.number() }).optional(),
      activityTaskFailedEventAttributes: z.object({ scheduledEventId: z.string() }).optional(),
      activityTaskTimedOutEventAttributes: z.object({ scheduledEventId: z.string() }).optional(),
      activityTaskCancelRequestedEventAttributes: z.object({ scheduledEventId: z.string() }).optional(),
      upsertWorkflowSearchAttributesEventAttributes: z
        .object({ searchAttributes: z.object({ indexedFields: z.record(z.string(), payload) }) })
        .optional(),
    }),
  ),
});

const localActivity = z.object({ activity_type: z.string(), attempt: z.number() });

/** The steps that a recorded workflow took, and how it ended: `begin, decide, finish: COMPLETED, undecided`. */
export function pathOf(text: string): string {
  const { events } = history.parse(JSON.parse(text));

  function stepOf(event: (typeof events)[number]): string | undefined {
    const marker = event.markerRecordedEventAttributes?.details.data.payloads[0];
    if (marker) {
      const { activity_type: type, attempt } = localActivity.parse(open(marker));
      return attempt > 1 ? `${type} retried` : type;
    }
    if (event.eventType === 'TIMER_STARTED') return 'wait';
    const name = event.activityTaskScheduledEventAttributes?.activityType.name;
    if (name === undefined) return undefined;
    const ofThis = { scheduledEventId: event.eventId };
    const attempt = events.map((each) => each.activityTaskStartedEventAttributes).find(isOf(ofThis))?.attempt ?? 1;
    const failed = events.map((each) => each.activityTaskFailedEventAttributes).some(isOf(ofThis));
    const timedOut = events.map((each) => each.activityTaskTimedOutEventAttributes).some(isOf(ofThis));
    const canceled = events.map((each) => each.activityTaskCancelRequestedEventAttributes).some(isOf(ofThis));
    // How an attempt ends that was canceled is a matter of moments.
    const end = canceled ? ' canceled' : failed ? ' failed' : timedOut ? ' timed out' : '';
    return `${name}${attempt > 1 ? ` x${attempt}` : ''}${end}`;
  }

  const steps = events.map(stepOf).filter((step) => step !== undefined);
  const reported = events.flatMap((event) =>
    Object.entries(event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes.indexedFields ?? {}),
  );
  const words = new Map(reported.map(([name, value]) => [name, String(open(value))]));
  const end = events.at(-1)?.eventType.replace('WORKFLOW_EXECUTION_', '') ?? '';
  const verdict = [end, words.get('Outcome'), words.get('FailureClass')].filter((word) => word !== undefined);
  return `${steps.join(', ')}: ${verdict.join(', ')}`;
}

const isOf =
  (wanted: { scheduledEventId: string }) =>
  (attributes: { scheduledEventId: string } | undefined): boolean =>
    attributes?.scheduledEventId === wanted.scheduledEventId;

const open = ({ data }: z.infer<typeof payload>): unknown => JSON.parse(Buffer.from(data, 'base64').toString());
