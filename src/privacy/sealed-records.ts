import { z } from 'zod';
import { decision } from '../domain/decision.ts';
import { canonicalEvent } from '../domain/event.ts';
import { facts } from '../domain/facts.ts';
import { open, seal } from './sealing.ts';

/** A kind of JSON value that is only stored sealed. `context` binds it to its row and column: elsewhere it does not open. */
function sealedRecord<T>(context: string, schema: z.ZodType<T>) {
  const contextOf = (id: string) => `${context}:${id}`;
  return {
    seal: (key: Buffer, id: string, value: T): Buffer => seal(key, contextOf(id), Buffer.from(JSON.stringify(value))),
    open: (key: Buffer, id: string, sealed: Buffer): T =>
      schema.parse(JSON.parse(open(key, contextOf(id), sealed).toString('utf8'))),
  };
}

/** By the event's id. */
export const sealedEvent = sealedRecord('event', canonicalEvent);
export const sealedFacts = sealedRecord('facts', facts);
/** Where an effect goes; by the effect's key. It may be a mailbox, so it is sealed. */
export const sealedAddress = sealedRecord('address', z.string());

/** A decision with the facts it was made from, so that it can be made again. */
const decisionRecord = z.strictObject({ decision, facts });
export type DecisionRecord = z.infer<typeof decisionRecord>;
export const sealedDecision = sealedRecord('decision', decisionRecord);

/** The start of what was refused, as it came; by the violation's id. */
export const sealViolation = (key: Buffer, id: string, raw: Buffer): Buffer => seal(key, `violation:${id}`, raw);
