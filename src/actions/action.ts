import type { z } from 'zod';
import type { Call, EffectCall, Ports, Receipt } from '../connectors/ports.ts';
import type { PlannedAction } from '../domain/decision.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import type { Provider } from '../domain/failure.ts';
import type { PropertyChange } from '../domain/property-change.ts';

/** What an action is given: all of it was decided and stored before. */
export interface ActionInput {
  tenantId: string;
  eventId: string;
  action: PlannedAction;
  event: CanonicalEvent;
  facts: Facts;
  /** Where an attempt before this one went; absent, the address is found anew. */
  address?: string;
  /** Where to send when the facts name nobody. */
  fallback: { channel: string; mailbox: string };
}

/** One effect, addressed and worded, not yet done. The ledger decides whether `perform` is called. */
export interface PreparedEffect {
  /** What it writes into the CRM, if that is what it does: an earlier change never overwrites a later one. */
  write?: PropertyChange;
  /** Where it goes: kept with the intent, so that a later attempt asks and acts in the same place. */
  address: string;
  perform(call: EffectCall): Promise<Receipt>;
  /** Asks the provider whether the effect exists, after an answer was lost. `sinceMs`: when it was first tried. */
  find(key: string, sinceMs: number, call: Call): Promise<Receipt | null>;
}

/** Something Causeway can do to the outside world. One file, one line in `index.ts`. */
export interface Action<Type extends PlannedAction['type'] = PlannedAction['type']> {
  type: Type;
  /** Which provider does it; names the failure class. */
  provider: Provider;
  /** What its parameters have to be. Reading them asks nobody, so that a rule's are checked by its cases, too. */
  parameters: z.ZodType;
  /** How long the provider may take to show an effect that it has done. */
  settleMs: number;
  /** How often it is tried in one run of its event; three times where nothing is said. */
  attempts?: number;
  /** Finds the address and words the message. It may read from providers, and changes nothing there. */
  prepare(input: ActionInput, ports: Ports, call: Call): Promise<PreparedEffect>;
}
