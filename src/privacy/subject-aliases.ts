import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { dialled } from '../domain/phone.ts';
import { isRoleMailbox } from '../domain/role-mailbox.ts';
import type { SubjectAlias } from '../domain/subject-alias.ts';
import type { Hasher } from './hasher.ts';

/** The hash by which a person is known whose e-mail is known. */
export const emailSubject = (hasher: Hasher, tenantId: string, email: string): string =>
  hasher.hash('subject', [tenantId, 'email', email.trim().toLowerCase()]);

/** The identifiers of a subject, the strongest first. Throws for a person without any. */
export function aliasesOf(
  hasher: Hasher,
  tenantId: string,
  subject: SubjectIdentifiers,
): [SubjectAlias, ...SubjectAlias[]] {
  const hash = (...parts: string[]) => hasher.hash('subject', [tenantId, ...parts]);
  if (subject.kind === 'tenant') return [{ hash: hash('tenant'), kind: 'tenant' }];
  const { email, phone, external } = subject;
  const isShared = email !== undefined && isRoleMailbox(email);
  const byEmail = email === undefined ? [] : [emailSubject(hasher, tenantId, email)];
  const [first, ...rest]: SubjectAlias[] = [
    ...(isShared ? [] : byEmail.map((known) => ({ hash: known, kind: 'email' as const }))),
    ...(external === undefined ? [] : [{ hash: hash('external', ...external), kind: 'external' as const }]),
    ...(isShared ? byEmail.map((known) => ({ hash: known, kind: 'mailbox' as const })) : []),
    ...(phone === undefined ? [] : [{ hash: hash('phone', dialled(phone)), kind: 'phone' as const }]),
  ];
  if (first === undefined) throw new Error('a person without any identifier cannot be given a key');
  return [first, ...rest];
}
