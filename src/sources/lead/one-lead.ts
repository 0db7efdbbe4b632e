import type { ParsedBody } from '../../domain/incoming.ts';
import { leadEventOf } from './lead-event.ts';

/**
 * A vendor's body that is one lead. `leadOf` answers for every object with what could be one, or with `undefined` for news that
 * are no lead; whether it is one is found out here.
 */
export function oneLead(
  body: unknown,
  receivedAt: Date,
  leadOf: (body: object) => Readonly<Record<string, unknown>> | undefined,
): ParsedBody {
  if (!isObject(body)) return { kind: 'refused', status: 400, message: 'Expected one lead, which is a JSON object.' };
  const lead = leadOf(body);
  return { kind: 'events', events: lead === undefined ? [] : [leadEventOf(lead, { receivedAt, raw: body })] };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
