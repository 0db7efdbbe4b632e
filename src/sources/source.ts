import type { ParsedBody } from '../domain/incoming.ts';
import type { VerificationScheme } from './verification/scheme.ts';

/** Somebody who sends events. One folder, one line in `index.ts`. */
export interface Source {
  /** The last part of its route, `/webhooks/<name>`, and the `source` of its events. */
  name: string;
  verification: VerificationScheme;
  /** Reads a body that has been verified and parsed as JSON. It answers for every value and never throws. */
  parse(body: unknown, receivedAt: Date): ParsedBody;
  /** The answer that the vendor prescribes once the events are stored; absent, it gets the common 202. */
  respond?(receivedAt: Date): { status: 200 | 202; body: unknown };
}
