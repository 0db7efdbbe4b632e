import { z } from 'zod';
import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import { isDeeperThan } from '../../domain/nesting.ts';
import { type RoleChange, roleChangeSource, roleChangeType } from '../../domain/role-change.ts';
import { pathOf, present } from '../role-change/fields.ts';
import { roleChangeEvent } from '../role-change/role-change-event.ts';
import type { Source } from '../source.ts';
import { personChangeSha256 } from '../verification/person-change.ts';
import sample from './samples/company-change.json' with { type: 'json' };
import { type PersonChange, personChange as form, readPersonChange } from './schema.ts';

const maximumDepth = 32;

/** Role changes in a form of our own, from whoever has the secret: one a request. */
export const personChange: Source = {
  name: roleChangeSource,
  verification: personChangeSha256,
  body: {
    schema: form
      .extend({ changes: z.unknown().optional().describe('Not read: titles and companies say what changed.') })
      .describe('One role change of one person, never an array. Further fields are kept as they are, and not read.'),
    example: sample,
  },
  path: '/api/webhooks/person-change',
  explainsUnreadable: true,
  parse,
};

function parse(body: unknown, receivedAt: Date): ParsedBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { kind: 'refused', status: 400, message: 'Expected one role change, which is a JSON object.' };
  }
  return { kind: 'events', events: [parseChange(body, receivedAt)] };
}

function parseChange(body: object, receivedAt: Date): ParsedEvent | Violation {
  const violation = (path: string, message: string): Violation => ({ kind: 'violation', path, message, raw: body });
  if (isDeeperThan(body, maximumDepth)) return violation('', `expected no more than ${maximumDepth} levels of nesting`);
  const read = readPersonChange(body, receivedAt);
  if (!read.ok) return violation(pathOf(read.path), read.message);
  const { change, firedAt } = read;
  const event = roleChangeEvent(roleChangeOf(change), {
    source: roleChangeSource,
    // Two who send may number their events alike.
    idempotencyKey: [change.source ?? '', change.id],
    firedAt,
    receivedAt,
    confidence: 0.95,
    sent: body,
  });
  if (change.type === roleChangeType) return event;
  return {
    ...event,
    workflow: 'gtmEvent',
    event: { ...event.event, eventType: change.type },
    // Sent again under its id with the right type it is a conflict, so that whoever sends it learns that it needs a new one.
    fingerprint: [...event.fingerprint, change.type],
    isUnlisted: true,
  };
}

function roleChangeOf({ person, company, previousCompany }: PersonChange): RoleChange {
  const { id, name, email, profileUrl, oldTitle, newTitle } = person;
  const now = companyOf(company);
  const before = previousCompany ? companyOf(previousCompany) : undefined;
  return {
    kind: before ? 'company_change' : 'title_change',
    isThin: false,
    person: { id, ...present({ name, email, profileUrl }) },
    ...present({ title: newTitle, previousTitle: oldTitle }),
    ...(now && { company: now }),
    ...(before && { previousCompany: before }),
  };
}

const companyOf = ({ id, name, domain, website }: PersonChange['company']) =>
  present({ id, name, domain: domain ?? website });
