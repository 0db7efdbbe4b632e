import { z } from 'zod';
import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import { pathOf } from '../role-change/fields.ts';
import { roleChangeEvent } from '../role-change/role-change-event.ts';
import type { Source } from '../source.ts';
import { pathKey } from '../verification/path-key.ts';
import sample from './samples/profile.json' with { type: 'json' };

/** Ids of CoreSignal are numbers. Whatever else a notice says is not believed, and not read. */
const notice = z.object({
  member_id: z
    .int('expected the id of a member')
    .positive('expected the id of a member')
    .describe(
      'Of the person at CoreSignal, where it is read what changed. A second notice of a day is the first again.',
    ),
});
const maximumNotices = 1_000;

/**
 * CoreSignal's webhooks: an array of ids of people about whom something changed, signed by nobody. So they are thin: what changed is
 * read at CoreSignal before anything is done.
 */
export const coreSignal: Source = {
  name: 'coresignal',
  verification: pathKey,
  body: {
    schema: z.array(notice).max(maximumNotices).describe('Notices, always in an array. Nothing else of one is read.'),
    example: sample,
  },
  parse,
};

function parse(body: unknown, receivedAt: Date): ParsedBody {
  if (!Array.isArray(body)) return refuse('Expected an array of notices.');
  const items: readonly unknown[] = body;
  if (items.length > maximumNotices) {
    return refuse(
      `Expected up to ${maximumNotices} notices in a request, got ${items.length}: subscribe to fewer people at once.`,
    );
  }
  return { kind: 'events', events: items.map((item, index) => parseNotice(item, index, receivedAt)) };
}

const refuse = (message: string): ParsedBody => ({ kind: 'refused', status: 400, message });

function parseNotice(item: unknown, index: number, receivedAt: Date): ParsedEvent | Violation {
  const parsed = notice.safeParse(item);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = pathOf([index, ...(issue?.path ?? [])]);
    return { kind: 'violation', path, message: issue?.message ?? 'expected a notice', raw: item };
  }
  const id = String(parsed.data.member_id);
  return roleChangeEvent(
    { kind: 'changed', isThin: true, person: { id } },
    {
      source: 'coresignal',
      // A notice has no id. CoreSignal sends once a day at the most: a second one of a day is the first again.
      idempotencyKey: [id, receivedAt.toISOString().slice(0, 10)],
      firedAt: receivedAt,
      receivedAt,
      confidence: 0.5,
      sent: { member_id: parsed.data.member_id },
    },
  );
}
