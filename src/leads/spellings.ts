import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { normaliseEmail } from './email.ts';
import { createPhoneReader } from './phone.ts';

/** All ways in which a person may be known who is asked for by one of them. */
export type SpellingsOf = (subject: SubjectIdentifiers) => SubjectIdentifiers[];

export function createSpellings({ defaultCountry }: { defaultCountry?: string | undefined }): SpellingsOf {
  const readPhone = createPhoneReader(defaultCountry);
  return (subject) => {
    if (subject.kind === 'tenant') return [subject];
    const { email, phone } = subject;
    const number = phone === undefined ? null : readPhone(phone);
    return [
      subject,
      ...(email === undefined ? [] : [{ kind: 'person' as const, email: normaliseEmail(email).email_key }]),
      ...(number === null ? [] : [{ kind: 'person' as const, phone: number }]),
    ];
  };
}
