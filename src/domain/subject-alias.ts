/**
 * One identifier of a subject, as a keyed hash. A phone is weak: a household or a company may share it, so that it never makes
 * two people one; an address, or an id at a sender, is one person's.
 */
export interface SubjectAlias {
  hash: string;
  kind: 'email' | 'external' | 'phone' | 'tenant';
}
