import { z } from 'zod';

const text = z.string().exactOptional();
const texts = z.array(z.string()).readonly();

/** What is known of somebody at a company, from all who told of it. Only ever stored sealed. */
export const knownPerson = z.strictObject({
  name: text,
  title: text,
  emails: texts,
  /** E.164 where it could be read, else as it was told. */
  phones: texts,
  profileUrl: text,
  /** By which the directory of companies knows the person. */
  directoryId: text,
  /** What whoever knows addresses said when asked last; absent: not asked yet. */
  contact: z.enum(['found', 'unknown', 'withheld']).exactOptional(),
});
export type KnownPerson = z.infer<typeof knownPerson>;

/** What is told anew takes the place of what was known; addresses and numbers are added. */
export function mergePerson(before: KnownPerson | undefined, told: KnownPerson): KnownPerson {
  const all = (name: 'emails' | 'phones') => [...new Set([...(before?.[name] ?? []), ...told[name]])];
  return { ...before, ...told, emails: all('emails'), phones: all('phones') };
}
