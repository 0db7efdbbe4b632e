import type { HeldChange, HeldMembership, HeldPerson, HeldRequest } from '../db/buyer-groups/export.ts';
import type { SubjectExport } from '../domain/subject-export.ts';
import { sealedPerson, sealedRequester, sealedTitle, sealedTitles } from '../privacy/sealed-records.ts';

/** The key of somebody by its id. */
export type KeyOf = (keyId: string) => Buffer;

export const openPerson = (
  { keyId, updatedAt, sealed }: HeldPerson,
  keyOf: KeyOf,
): SubjectExport['people'][number] => ({
  updatedAt,
  known: sealedPerson.open(keyOf(keyId), keyId, sealed),
});

export const openMembership = (
  { keyId, titleSealed, toldTitleSealed, ...shown }: HeldMembership,
  keyOf: KeyOf,
): SubjectExport['groups'][number] => ({
  ...shown,
  title: titleSealed && sealedTitle.open(keyOf(keyId), keyId, titleSealed),
  toldTitle: toldTitleSealed && sealedTitle.open(keyOf(keyId), keyId, toldTitleSealed),
});

export const openChange = (
  { keyId, titlesSealed, ...shown }: HeldChange,
  keyOf: KeyOf,
): SubjectExport['groupChanges'][number] => ({
  ...shown,
  titles: titlesSealed && sealedTitles.open(keyOf(keyId), keyId, titlesSealed),
});

export const openRequest = (
  { keyId, sealed, ...shown }: HeldRequest,
  keyOf: KeyOf,
): SubjectExport['refreshRequests'][number] => ({
  ...shown,
  address: sealed && sealedRequester.open(keyOf(keyId), keyId, sealed),
});
