import { ApplicationFailure } from '@temporalio/common';
import type { EventRun } from '../../db/event-steps.ts';
import { type LastKnown, type LastView, namingActions, removePerson } from '../../db/remove-person.ts';
import { type ErasureFacts, type SubjectQuery, whomOf } from '../../domain/erasure.ts';
import type { Facts } from '../../domain/facts.ts';
import { isNumber } from '../../domain/phone.ts';
import { eventLabels } from '../../intake/event-labels.ts';
import {
  sealedAddress,
  sealedEvent,
  sealedFacts,
  sealedPerson,
  sealedRequester,
} from '../../privacy/sealed-records.ts';
import type { SubjectIdentifiers } from '../../domain/incoming.ts';
import { aliasesOf } from '../../privacy/subject-aliases.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { superseded } from '../open-event.ts';
import { createStoreDecision, type Decided } from '../store-decision.ts';
import { identifiersIn, identifiersOf, type Identifiers, present } from './identifiers-in.ts';
import { createPersonOf } from './person-of.ts';
import { planDeletions } from './plan-deletions.ts';

/** The point of no return: deletes the person's keys, and keeps, under the tenant's, what is needed to clear everything else. */
export function createRemoveKeys(dependencies: ActivityDependencies) {
  const { queries, keyring, hasher, log } = dependencies;
  const { openErasureEvent, personOf } = createPersonOf(dependencies);
  const storeDecision = createStoreDecision(dependencies);

  function opened(
    { about, keyId, wrappedKey, id, sealed, factsSealed, effects, lead }: LastView,
    isThem: (contact: SubjectIdentifiers) => boolean,
  ) {
    const { key } = keyring.unwrap({ id: keyId, wrapped: wrappedKey });
    const address = (effect: string, hex: string | null) =>
      hex === null ? null : sealedAddress.open(key, effect, Buffer.from(hex, 'hex'));
    const event = sealed && sealedEvent.open(key, id, sealed);
    const facts = factsSealed ? sealedFacts.open(key, id, factsSealed) : noFacts;
    return {
      found: withLead(event ? identifiersIn(event, facts, isThem) : nobody, lead),
      given: effects
        .filter(({ action }) => about || namingActions.includes(action))
        .map(({ addressSealed, key: effect, ...rest }) => ({
          ...rest,
          key: effect,
          address: address(effect, addressSealed),
        })),
    };
  }

  function openedKnown({ of, id, keyId, wrappedKey, sealed }: LastKnown): Identifiers {
    const { key } = keyring.unwrap({ id: keyId, wrapped: wrappedKey });
    return of === 'person'
      ? identifiersOf(sealedPerson.open(key, id, sealed))
      : { ...nobody, emails: [sealedRequester.open(key, id, sealed)] };
  }

  function leftOf(
    wish: SubjectQuery,
    {
      last,
      known,
      tenantId,
      aliases,
    }: {
      last: readonly LastView[];
      known: readonly LastKnown[];
      tenantId: string;
      aliases: readonly string[];
    },
  ): ErasureFacts {
    const isThem = (contact: SubjectIdentifiers) =>
      aliasesOf(hasher, tenantId, contact).some(({ hash }) => aliases.includes(hash));
    const all = last.map((event) => opened(event, isThem));
    const whom = whomOf(wish);
    const { email, phone, external } =
      'identifiers' in whom && whom.identifiers.kind === 'person' ? whom.identifiers : {};
    const found = [...all.map((event) => event.found), ...known.map(openedKnown)];
    const every = (name: keyof Identifiers, asked: string | undefined) => [
      ...new Set([...(asked === undefined ? [] : [asked]), ...found.flatMap((each) => each[name])]),
    ];
    const idAt = (provider: string) => (external?.[0] === provider ? external.at(-1) : undefined);
    return {
      emails: every('emails', email),
      phones: every('phones', phone),
      contactIds: [...new Set([...every('contactIds', idAt('hubspot')), ...all.flatMap(({ given }) => madeOf(given))])],
      directoryIds: every('directoryIds', idAt('coresignal')),
      aliases,
      given: all.flatMap(({ given }) => given),
    };
  }

  return async function removeKeys(run: EventRun): Promise<Decided> {
    const { row, key, event, wish } = await openErasureEvent(run);
    const person = await personOf(run);
    const removed = await removePerson(queries, run, person, (last, known, aliases) => {
      const facts: Facts = {
        ...noFacts,
        fetchedAt: event.receivedAt,
        erasure: leftOf(wish, { last, known, tenantId: row.tenantId, aliases }),
      };
      return sealedFacts.seal(key, row.id, facts);
    });
    if (!removed) throw superseded();
    if ('unfinished' in removed) throw unfinished(removed);
    keyring.forget();
    log.info({ ...eventLabels(row), keys: removed.keys, events: removed.events }, "the person's keys are deleted");
    const { facts } = await openErasureEvent(run);
    if (!facts.erasure) throw superseded();
    const targetOf = (text: string) => hasher.hash('object', [row.tenantId, 'erasure', text]);
    return storeDecision(run, { row, key, facts }, planDeletions(facts.erasure, targetOf));
  };
}

const noFacts: Facts = { gaps: [], provider: 'none', fetchedAt: new Date(0).toISOString() };
const nobody: Identifiers = { emails: [], phones: [], contactIds: [], directoryIds: [] };

/** What is readable of a lead says who it is when what was sealed has gone by its age. */
const withLead = (found: Identifiers, lead: LastView['lead']): Identifiers => ({
  ...found,
  emails: [...found.emails, ...present(lead?.emails ?? [])],
  phones: [...found.phones, ...present(lead?.phones ?? []).filter(isNumber)],
});

const madeOf = (given: ErasureFacts['given']): string[] =>
  present(given.map(({ action, receipt }) => (action === 'upsert_contact' ? receipt?.['contactId'] : undefined)));

/** Two receipts for one person would each leave out what the other one has done. */
const unfinished = ({ unfinished: id, hasFailed }: { unfinished: string; hasFailed: boolean }): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'ErasureUnfinished',
    message: `the erasure ${id} of the same person is not over${hasFailed ? ': it has failed, run it again first' : ''}`,
    nonRetryable: hasFailed,
  });
