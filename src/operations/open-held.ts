import type { HeldCopy, HeldEffect, HeldEvent } from '../db/held-of-person.ts';
import { personOf } from '../domain/contact-person.ts';
import { plannedAction } from '../domain/decision.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { receiverOf, type SubjectExport } from '../domain/subject-export.ts';
import type { Keyring } from '../privacy/keyring.ts';
import {
  sealedAnswer,
  sealedCopy,
  sealedDecision,
  sealedEvent,
  sealedFacts,
  sealedPrompt,
  type SealedRecord,
} from '../privacy/sealed-records.ts';
import type { KeyOf } from './open-groups.ts';

type Shown = SubjectExport['events'][number];

type IsThem = (contact: SubjectIdentifiers) => boolean;

/** An event about the person, opened. Where something went is left out, since it may be the mailbox of somebody else. */
export function openHeld(event: HeldEvent, keyring: Keyring, isThem: IsThem): Shown {
  const { key } = keyring.unwrap({ id: event.keyId, wrapped: event.wrappedKey });
  const sent = openOrNull(sealedEvent, key, event.id, event.sealed);
  const facts = openOrNull(sealedFacts, key, event.id, event.factsSealed);
  return {
    ...shellOf(event),
    sent,
    facts: facts && withoutOthers(sent, facts, isThem),
    decisions: event.decisions.map(({ decidedAt, inForce, sealed }) => ({
      decidedAt,
      inForce,
      decision: openOrNull(sealedDecision, key, event.id, bytesOf(sealed))?.decision ?? null,
    })),
    effects: event.effects.map(doneOf),
    modelCalls: event.modelCalls.map(({ id, at, model, verdict, asked, answered }) => ({
      at,
      model,
      verdict,
      asked: openOrNull(sealedPrompt, key, id, bytesOf(asked)),
      answered: openOrNull(sealedAnswer, key, id, bytesOf(answered)),
    })),
  };
}

/** What may say who the person is. */
const mayName: ReadonlySet<string> = new Set([
  'notify_ae',
  'draft_followup',
  'notify_buyer_group',
  'draft_buyer_group',
]);

/** An event that only names the person: of what it is about nothing is theirs, and its contact may be another one by now. */
export function openNaming(event: HeldEvent, keyring: Keyring, isThem: IsThem): SubjectExport['namedIn'][number] {
  const { key } = keyring.unwrap({ id: event.keyId, wrapped: event.wrappedKey });
  const sent = openOrNull(sealedEvent, key, event.id, event.sealed);
  const facts = openOrNull(sealedFacts, key, event.id, event.factsSealed);
  return {
    ...shellOf(event),
    contact: (facts && contactIn(sent, facts, isThem)) ?? null,
    effects: event.effects.filter(({ action }) => mayName.has(action)).map(doneOf),
  };
}

/** What was cached about the person: under a person's key is only what is theirs. */
export const openCopy = (
  { provider, kind, at, keyId, objectHash, sealed }: HeldCopy,
  keyOf: KeyOf,
): SubjectExport['cached'][number] => ({
  provider,
  kind,
  at,
  value: sealedCopy(kind).open(keyOf(keyId), objectHash, sealed),
});

const shellOf = ({ id, source, type, state, outcome, receivedAt, finishedAt }: HeldEvent) => ({
  id,
  source,
  type,
  state,
  outcome,
  receivedAt,
  finishedAt,
});

/** The contact that an event's facts tell of, if that is the person: a deal's may be another one. */
function contactIn(sent: CanonicalEvent | null, { contact }: Facts, isThem: IsThem): Facts['contact'] {
  const person = sent && contact ? personOf(sent, contact) : undefined;
  return person && isThem(person) ? contact : undefined;
}

function withoutOthers(sent: CanonicalEvent | null, facts: Facts, isThem: IsThem) {
  const { owner: _owner, contact: _contact, ...rest } = facts;
  const contact = contactIn(sent, facts, isThem);
  return { ...rest, ...(contact && { contact }) };
}

function doneOf({ action, state, at, receipt }: HeldEffect): Shown['effects'][number] {
  const { data: known } = plannedAction.shape.type.safeParse(action);
  return { action, receiver: known === undefined ? null : receiverOf[known], state, at, receipt };
}

const bytesOf = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'));

const openOrNull = <T>(record: SealedRecord<T>, key: Buffer, id: string, sealed: Buffer | null): T | null =>
  sealed && record.open(key, id, sealed);
