import { epochMsOf, isPlausible } from '../../domain/epoch.ts';
import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import { isDeeperThan } from '../../domain/nesting.ts';
import type { RoleChange } from '../../domain/role-change.ts';
import { pathOf, present } from '../role-change/fields.ts';
import { roleChangeEvent } from '../role-change/role-change-event.ts';
import type { Source } from '../source.ts';
import { lushaSha256 } from '../verification/lusha.ts';
import sample from './samples/company-change.json' with { type: 'json' };
import { careerData, numbered, type Signal, signal, signalBody } from './schema.ts';

const maximumDepth = 32;
const roleChanges: Readonly<Record<string, RoleChange['kind']>> = {
  promotion: 'promotion',
  companyChange: 'company_change',
};

/** Lusha's webhooks: one signal a request. Those about the career of a contact are role changes; any other is kept as it is. */
export const lusha: Source = {
  name: 'lusha',
  verification: lushaSha256,
  body: { schema: signalBody, example: sample },
  parse,
  // After three requests without this answer Lusha switches a subscription off.
  respond: (receivedAt, body) => ({
    status: 200,
    body: { received: true, timestamp: receivedAt.toISOString(), webhookId: numbered.safeParse(body).data?.id ?? '' },
  }),
};

function parse(body: unknown, receivedAt: Date): ParsedBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { kind: 'refused', status: 400, message: 'Expected one signal, which is a JSON object.' };
  }
  return { kind: 'events', events: [parseSignal(body, receivedAt)] };
}

function parseSignal(body: object, receivedAt: Date): ParsedEvent | Violation {
  const violation = (path: string, message: string): Violation => ({ kind: 'violation', path, message, raw: body });
  if (isDeeperThan(body, maximumDepth)) return violation('', `expected no more than ${maximumDepth} levels of nesting`);
  const parsed = signal.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return violation(pathOf(issue?.path ?? []), issue?.message ?? 'expected a signal');
  }
  const kind = parsed.data.entityType === 'contact' ? roleChanges[parsed.data.type] : undefined;
  return kind === undefined
    ? otherSignal(parsed.data, body, receivedAt)
    : careerSignal(parsed.data, kind, body, receivedAt);
}

function careerSignal(given: Signal, kind: RoleChange['kind'], sent: object, receivedAt: Date): ParsedEvent {
  const data = careerData.parse(given.data);
  const company = present({ id: data.currentCompanyId, name: data.currentCompanyName, domain: data.currentDomain });
  const previousCompany = present({
    id: data.previousCompanyId,
    name: data.previousCompanyName,
    domain: data.previousDomain,
  });
  const change: RoleChange = {
    kind,
    isThin: false,
    person: { id: data.personId ?? given.entityId },
    ...present({
      title: data.currentTitle,
      previousTitle: data.previousTitle,
      since: given.data.signalDate,
    }),
    ...(company && { company }),
    // A promotion names the company twice.
    ...(kind === 'company_change' && previousCompany && { previousCompany }),
  };
  return roleChangeEvent(change, {
    source: 'lusha',
    idempotencyKey: [given.id],
    firedAt: firedAtOf(given, receivedAt),
    receivedAt,
    confidence: 0.9,
    sent,
  });
}

function otherSignal(given: Signal, sent: object, receivedAt: Date): ParsedEvent {
  const { id, type, entityType, entityId } = given;
  return {
    kind: 'event',
    event: {
      version: 1,
      source: 'lusha',
      eventType: `${entityType}.${type}`,
      objectType: entityType,
      objectId: entityId,
      urgency: 'standard',
      confidence: 0.9,
      firedAt: firedAtOf(given, receivedAt).toISOString(),
      receivedAt: receivedAt.toISOString(),
      payload: { sent },
    },
    idempotencyKey: [id],
    fingerprint: [JSON.stringify(given)],
    lane: ['lusha', entityType, entityId],
    subject: entityType === 'contact' ? { kind: 'person', external: ['lusha', entityId] } : { kind: 'tenant' },
    isUnlisted: true,
  };
}

/** When it was sent; a time that cannot be is that of its arrival. */
function firedAtOf({ timestamp }: Signal, receivedAt: Date): Date {
  const ms = typeof timestamp === 'string' || typeof timestamp === 'number' ? epochMsOf(timestamp) : undefined;
  return ms !== undefined && isPlausible(ms, receivedAt) ? new Date(ms) : receivedAt;
}
