import { ApplicationFailure } from '@temporalio/common';
import type { OpenEvent } from '../db/event-steps.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { sealedEvent, sealedFacts } from '../privacy/sealed-records.ts';

/** The row is no longer open in this generation; whoever has it now does the rest. */
export const superseded = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('the event was closed, or is run again by a later workflow', 'Superseded');

/** The person's key is gone: nothing of the event can be read, by design. */
export const erased = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable("the key of the event's subject was erased", 'Erased');

/** Opens what a row holds, with the key that was read along with it. Throws `Superseded` without a row, `Erased` without a key. */
export function openEvent(
  row: OpenEvent | undefined,
  keyring: Keyring,
): { row: OpenEvent; key: Buffer; event: CanonicalEvent; facts: Facts } {
  if (!row) throw superseded();
  if (!row.keyId || !row.wrappedKey || !row.sealed) throw erased();
  const { key } = keyring.unwrap({ id: row.keyId, wrapped: row.wrappedKey });
  const event = sealedEvent.open(key, row.id, row.sealed);
  const facts = row.factsSealed ? sealedFacts.open(key, row.id, row.factsSealed) : noFacts;
  return { row, key, event, facts };
}

/** Nothing was looked up, or the look-up never ended. */
const noFacts: Facts = { gaps: [], provider: 'none', fetchedAt: new Date(0).toISOString() };
