/**
 * One identifier of a subject, as a keyed hash. A phone is weak, and so is a mailbox that is no person's (`info@`): a household or a company
 * may share it, so that it never makes two people one; an address, or an id at a sender, is one person's.
 */
export interface SubjectAlias {
  hash: string;
  kind: 'email' | 'external' | 'mailbox' | 'phone' | 'tenant';
}

/** By which somebody is found where nothing stronger is known, and which makes nobody the same. */
export const isWeak = ({ kind }: Pick<SubjectAlias, 'kind'>): boolean => kind === 'mailbox' || kind === 'phone';
