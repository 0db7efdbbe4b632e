import type { Change } from './change.ts';
import type { Reader } from './collection.ts';

export interface Answer {
  status: number;
  /** `undefined`: no body at all. */
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** One call as an operation sees it. `body` is parsed JSON, or what the vendor's own reader made of it. */
export interface Call {
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** By their lower-case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: unknown;
  now: Date;
  state: Reader;
}

export interface Outcome {
  answer: Answer;
  /** What changes for later reads. */
  changes?: readonly Change[];
  /** The row for `/_sandbox/effects`; without a key of the vendor's own the `Idempotency-Key` header is taken. */
  effect?: { key?: string | undefined; target: string; body: unknown };
}

/** It decides and changes nothing itself, so that a fault can stop, delay or hide what it decided. */
export interface Operation {
  /** As in `/_sandbox/calls` and in faults: `deals.read`. */
  name: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  paths: readonly string[];
  run(call: Call): Outcome;
}

/** A stand-in for one vendor. One folder, and one line in `vendors.ts`. */
export interface Vendor {
  connector: string;
  prefix: string;
  operations: readonly Operation[];
  /** Bodies other than JSON that its clients send. */
  bodies?: readonly { type: string | RegExp; read(text: string, contentType: string): unknown }[];
  /** The header that its clients show their key in, where it is no bearer token. */
  keyHeader?: string;
  /** The answer to a call without a key; absent, none is asked for. */
  unauthenticated?(): Answer;
  /** An error of this status in the vendor's own shape. */
  failure(status: number, message: string): Answer;
}
