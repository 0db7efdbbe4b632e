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

const company = {
  id: optionalId.describe('Yours for the company. One without a domain is known again by it.'),
  name: optionalCompanyName,
  domain: optionalDomain.describe('As `example.com`. The surest of the four.'),
  website: optionalDomain.describe('Read as a domain, where there is no `domain`.'),
};

/** The form in which anybody may send role changes; further fields are kept as they are. */
export const personChange = z.object({
  id: id.describe(
    'Yours for this change, and the same whenever it is sent again: with `source` it says which event it is.',
  ),
  source: optionalText.describe('Who tells of it. Two who send may number their changes alike.'),
  type: z
    .string('expected a type')
    .regex(/^\w[\w.-]{0,99}$/, 'expected a type such as person.role_change')
    .describe(
      '`person.role_change`. An event of any other type is kept, and refreshes nothing: what was mistyped is sent again, under a new `id`.',
    ),
  timestamp: z
    .union([z.string(), z.number()], timeMessage)
    .describe(
      'When it happened: ISO 8601 with an offset, or epoch seconds (10 digits) or milliseconds (13); between 2005 and a day from now.',
    ),
  person: z.object(
    {
      id: id.describe('Yours for the person. What happens to one person is carried out in its order.'),
      name: optionalText,
      email: optionalEmail.describe(
        'One plain address; what is none is left out. By it the person is known at other sources, too.',
      ),
      profileUrl: optionalText.describe('The page of the person at LinkedIn or elsewhere.'),
      oldTitle: optionalText,
      newTitle: optionalText.describe('The title now. Without it no part in the buyer group can be told.'),
    },
    'expected the person, with an id',
  ),
  company: z
    .object(company, 'expected the company of the person')
    .describe('Where the person works now. One of `id`, `name`, `domain` and `website` is needed.'),
  previousCompany: z
    .object(company)
    .nullish()
    .catch(undefined)
    .describe(
      'Where the person worked before, if that was another company: then both are refreshed. Without it this is a promotion or another title.',
    ),
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
  const { company: now, previousCompany: before } = change;
  if (!isNamed(now)) return { ok: false, path: ['company'], message: namesNone };
  // A promotion is what it would be taken for without the company that was left.
  if (!(before && isNamed(before)) && 'previousCompany' in body && isTold(body.previousCompany)) {
    return { ok: false, path: ['previousCompany'], message: `${namesNone}; leave it out where it is the same one` };
  }
  return { ok: true, change, firedAt: new Date(firedMs) };
}

const namesNone =
  'expected an id, a name or a domain of the company; an e-mail address is none of them, nor is a site on which many have a page, such as linkedin.com';

const isNamed = ({ id: own, name, domain, website }: PersonChange['company']): boolean =>
  [own, name, domain, website].some((each) => each !== undefined);

/** Whether a sender says anything of a company that cannot be read: one may fill a form with nulls and empty texts. */
function isTold(sent: unknown): boolean {
  const fields = z.looseObject({}).safeParse(sent).data;
  const said = fields ? [fields['id'], fields['name'], fields['domain'], fields['website']] : [sent];
  return said.flat().some((each) => typeof each === 'number' || (typeof each === 'string' && each.trim() !== ''));
}
