import type { z } from 'zod';
import type { ParsedBody } from '../domain/incoming.ts';
import type { VerificationScheme } from './verification/scheme.ts';

/** Headers as Node gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The question of a form by which a person consents, and the answer that does where it is a text. */
export interface ConsentQuestion {
  field: string;
  answer: string;
}

/** What a sender posts, for whoever reads about it: nothing is checked by it. */
export interface BodyDescription {
  /** Of a whole body, made of the schemas that `parse` reads it with; texts in it are Markdown. */
  schema: z.ZodType;
  /** A body that is taken in as it stands. */
  example: unknown;
}

/** Somebody who sends events. One folder, one line in `index.ts`. */
export interface Source {
  /** The last part of its route, `/webhooks/<name>`, and the `source` of its events. */
  name: string;
  verification: VerificationScheme;
  body: BodyDescription;
  /** Another route that takes its requests, beside `/webhooks/<name>`. */
  path?: `/${string}`;
  /** Reads a body that has been verified and parsed as JSON, with its headers. It answers for every value and never throws. */
  parse(body: unknown, receivedAt: Date, headers: Headers): ParsedBody;
  /** The answer that the vendor prescribes to a body once its events are stored; absent, it gets the common 202. */
  respond?(receivedAt: Date, body: unknown): { status: 200 | 202; body: unknown };
  /** The same source for an installation that names the question of consent; absent where the vendor says itself where consent is. */
  withConsent?(question: ConsentQuestion): Source;
  /** Its events are leads; they are counted as those of `POST /ingest`. */
  sendsLeads?: true;
  /** A request in which nothing fits is answered 422: its sender is somebody who can mend it. Absent, it is 202 like the others. */
  explainsUnreadable?: true;
}
