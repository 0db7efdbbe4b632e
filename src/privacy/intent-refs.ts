import type { Hasher } from './hasher.ts';

/** By what events about an account or a contact are counted, whoever sent them; null where there is none. */
export function intentRefs(
  hasher: Hasher,
  tenantId: string,
  about: { accountId?: string | undefined; contactId?: string | undefined },
): { accountRef: string | null; contactRef: string | null } {
  const ref = (type: string, id: string | undefined) =>
    id === undefined ? null : hasher.hash('object', [tenantId, type, id]);
  return { accountRef: ref('account', about.accountId), contactRef: ref('contact', about.contactId) };
}
