/** A piece of what is signed; a literal is a fixed text between the others, a header is one that has to be there. */
type SignedPart = 'method' | 'uri' | 'body' | 'timestamp' | { literal: string } | { header: string };

/** When a request was signed. Both units and both directions in time are spelled out: nothing else is accepted. */
export interface TimestampRule {
  header: string;
  /** The number of digits tells the unit: 13 digits are milliseconds, 10 are seconds. */
  units: readonly { digits: number; unitMs: number }[];
  /** How far the time may be from ours, in the past and in the future. */
  toleranceMs: number;
}

/** How a sender shows that it is the one, as data that `verify` reads. Header names are lower-case, as Node gives them. */
export type VerificationScheme = SignatureScheme | SharedKeyScheme | PathKeyScheme;

/** The sender signs nothing and shows the secret itself: who can read one request can send any other. */
interface SharedKeyScheme {
  algorithm: 'shared-key';
  /** The field of the body, a JSON object, that holds it. */
  keyField: string;
}

/** The same, in the address: whoever reads that, in a log for one, can send any other. What is sent is believed in nothing but ids. */
interface PathKeyScheme {
  algorithm: 'path-key';
}

export interface SignatureScheme {
  algorithm: 'hmac-sha256';
  encoding: 'base64' | 'hex';
  signatureHeader: string;
  /** What stands before the signature in its header, such as `sha256=`. */
  signaturePrefix?: { text: string; required: boolean };
  /** What stands between several signatures in one header, of which any one is enough. */
  signatureSeparator?: string;
  /** How the text of a secret says its bytes; absent, they are its characters. */
  secret?: { prefix: string; encoding: 'base64' };
  /** What is signed, in order and with nothing between. */
  signedParts: readonly SignedPart[];
  /** Absent for senders that sign no time; their events can only be told apart by their ids. */
  timestamp?: TimestampRule;
  /** Percent-encodings that the sender resolves before it signs the URI, in upper case; all others stay as they are. */
  uriDecoding?: Readonly<Record<string, string>>;
  /** Signatures of versions that are not accepted; they earn an answer of their own when the accepted one is missing. */
  unsupportedHeaders?: readonly string[];
}
