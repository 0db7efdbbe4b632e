import { z } from 'zod';
import { readCompanyDomain } from '../../domain/domain-name.ts';
import { looseText as text } from '../json-request.ts';

const id = z.union([z.int().positive().transform(String), text]);
const reachedBy = text.pipe(z.string().min(3));

const listOf = <Item>(item: z.ZodType<Item>) =>
  z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((list) => (list ?? []).flatMap((each) => item.safeParse(each).data ?? []));

const none = { name: null, domains: null };

/** What is read of a person; whatever is not as Lusha writes it is as good as not there. */
const person = z
  .object({
    personId: id,
    fullName: text,
    emailAddresses: listOf(z.object({ email: reachedBy })),
    phoneNumbers: listOf(z.object({ number: reachedBy, doNotCall: z.boolean().nullish().catch(null) })),
    jobTitle: z.object({ title: text }).nullish().catch(null),
    company: z
      .object({ name: text, domains: z.object({ homepage: text }).nullish().catch(null) })
      .nullish()
      .catch(none),
    socialLinks: z.object({ linkedin: text }).nullish().catch(null),
  })
  .transform((given) => ({
    id: given.personId,
    name: given.fullName,
    title: given.jobTitle?.title ?? null,
    emails: given.emailAddresses.map(({ email }) => email),
    phones: given.phoneNumbers.filter(({ doNotCall }) => doNotCall !== true).map(({ number }) => number),
    profileUrl: given.socialLinks?.linkedin ?? null,
    companyName: given.company?.name ?? null,
    companyDomain: readCompanyDomain(given.company?.domains?.homepage ?? '') ?? null,
  }));

/** An answer about one person: with data, or with an error, which is no error of the call: there is nobody of whom Lusha knows. */
export const personAnswer = z.object({
  contact: z.union([
    z.object({ error: z.looseObject({}), isCreditCharged: z.boolean().default(false) }),
    z.object({ error: z.null().optional(), isCreditCharged: z.boolean().default(false), data: person }),
  ]),
});

export const usage = z.object({ credits: z.object({ remaining: z.number().int() }) });
