import { z } from 'zod';
import { epochMsOf, isPlausible, timeMessage } from '../../domain/epoch.ts';
import {
  id,
  optionalCompanyName,
  optionalDomain,
  optionalEmail,
  optionalId,
  optionalText,
} from '../role-change/fields.ts';

const company = z
  .object({ id: optionalId, name: optionalCompanyName, domain: optionalDomain, website: optionalDomain })
  .nullish()
  .catch(undefined);

/** The form in which anybody may send role changes; further fields are kept as they are. */
const personChange = z.object({
  id,
  source: optionalText,
  type: z.string('expected a type').regex(/^\w[\w.-]{0,99}$/, 'expected a type such as person.role_change'),
  timestamp: z.union([z.string(), z.number()], timeMessage),
  person: z.object(
    {
      id,
      name: optionalText,
      email: optionalEmail,
      profileUrl: optionalText,
      oldTitle: optionalText,
      newTitle: optionalText,
    },
    'expected the person, with an id',
  ),
  company: z.object(
    { id: optionalId, name: optionalCompanyName, domain: optionalDomain, website: optionalDomain },
    'expected the company of the person',
  ),
  previousCompany: company,
});
export type PersonChange = z.output<typeof personChange>;

export type ReadPersonChange =
  | { ok: true; change: PersonChange; firedAt: Date }
  | { ok: false; path: readonly PropertyKey[]; message: string };

export function readPersonChange(body: object, receivedAt: Date): ReadPersonChange {
  const parsed = personChange.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, path: issue?.path ?? [], message: issue?.message ?? 'expected a role change' };
  }
  const change = parsed.data;
  const firedMs = epochMsOf(change.timestamp);
  if (firedMs === undefined || !isPlausible(firedMs, receivedAt))
    return { ok: false, path: ['timestamp'], message: timeMessage };
  const { company: now } = change;
  if ([now.id, now.name, now.domain, now.website].every((each) => each === undefined)) {
    return {
      ok: false,
      path: ['company'],
      message: 'expected an id, a name or a domain of the company; an e-mail address is none of them',
    };
  }
  return { ok: true, change, firedAt: new Date(firedMs) };
}
