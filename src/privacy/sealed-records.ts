import { z } from 'zod';
import { decision } from '../domain/decision.ts';
import { canonicalEvent } from '../domain/event.ts';
import { accountFacts, contactFacts, dealFacts, facts, ownerFacts } from '../domain/facts.ts';
import { contactAnswer, directoryAnswer } from '../domain/provider-answers.ts';
import { knownPerson } from '../domain/known-person.ts';
import { open, seal } from './sealing.ts';

export interface SealedRecord<T> {
  seal(key: Buffer, id: string, value: T): Buffer;
  open(key: Buffer, id: string, sealed: Buffer): T;
}

/** A kind of JSON value that is only stored sealed. `context` binds it to its row and column: elsewhere it does not open. */
function sealedRecord<T>(context: string, schema: z.ZodType<T>): SealedRecord<T> {
  const contextOf = (id: string) => `${context}:${id}`;
  return {
    seal: (key, id, value) => seal(key, contextOf(id), Buffer.from(JSON.stringify(value))),
    open: (key, id, sealed) => schema.parse(JSON.parse(open(key, contextOf(id), sealed).toString('utf8'))),
  };
}

/** By the event's id. */
export const sealedEvent = sealedRecord('event', canonicalEvent);
export const sealedFacts = sealedRecord('facts', facts);
/** Where an effect goes; by the effect's key. It may be a mailbox, so it is sealed. */
export const sealedAddress = sealedRecord('address', z.string());

/** Objects in the cache of facts; by the hash of tenant, kind and id. */
export const sealedObjects = {
  deal: sealedRecord('cached-deal', dealFacts),
  tasks: sealedRecord('cached-tasks', z.array(z.string()).readonly()),
  contact: sealedRecord('cached-contact', contactFacts),
  account: sealedRecord('cached-account', accountFacts),
  owner: sealedRecord('cached-owner', ownerFacts),
  member: sealedRecord('cached-member', directoryAnswer),
  person: sealedRecord('cached-person', contactAnswer),
};

/** Whatever is in the cache of facts, of a kind that need not be known. */
export const sealedCopy = (kind: string): SealedRecord<unknown> => sealedRecord(`cached-${kind}`, z.unknown());

/** A decision with the facts it was made from, so that it can be made again. */
const decisionRecord = z.strictObject({ decision, facts });
export type DecisionRecord = z.infer<typeof decisionRecord>;
export const sealedDecision = sealedRecord('decision', decisionRecord);

/** What a model was asked, and what it answered; by the id of the call. */
const modelPrompt = z.strictObject({ system: z.string(), user: z.string() });
export const sealedPrompt = sealedRecord('model-prompt', modelPrompt);
const modelAnswer = z.strictObject({ status: z.enum(['completed', 'refused', 'truncated']), text: z.string() });
export const sealedAnswer = sealedRecord('model-answer', modelAnswer);

/** By the person's id. */
export const sealedPerson = sealedRecord('person', knownPerson);
/** The title that somebody has at a company; by the person's id, so that it stays with their place when two companies become one. */
export const sealedTitle = sealedRecord('member-title', z.string());
/** By the same id. */
export const sealedTitles = sealedRecord('changed-titles', z.strictObject({ from: z.string(), to: z.string() }));
/** The address of whoever wants to hear of a refresh, of whichever it goes into; by the id of their key. */
export const sealedRequester = sealedRecord('requester', z.email());

/** The start of what was refused, as it came; by the violation's id. */
export const sealViolation = (key: Buffer, id: string, raw: Buffer): Buffer => seal(key, `violation:${id}`, raw);
export const openViolation = (key: Buffer, id: string, sealed: Buffer): Buffer => open(key, `violation:${id}`, sealed);
