import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { open, seal } from './sealing.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

export interface HistoryKey {
  id: string;
  key: Buffer;
}

export interface HistoryCodec extends PayloadCodec {
  /** Whether it encrypts what is written; it decrypts in any case. */
  encrypts: boolean;
}

/** How a payload that we encrypted says so. */
const encoding = 'binary/causeway-sealed';
const keyIdField = 'encryption-key-id';
/** Marks what stands in the place of a payload that could not be decrypted. */
const unreadableField = 'unreadable';

const contextOf = (keyId: string) => `history:${keyId}`;
const fieldOf = ({ metadata }: Payload, name: string) => Buffer.from(metadata?.[name] ?? []).toString();

/**
 * Encrypts whole payloads for Temporal, metadata included. The first key encrypts, all decrypt. What was never encrypted passes,
 * so that it can be switched on while workflows run. Nothing here throws at a payload: that would fail its workflow task for ever.
 */
export function createHistoryCodec(options: {
  keys: readonly HistoryKey[];
  encrypts: boolean;
  /** Told of each payload that cannot be decrypted. */
  onUnreadable?: (keyId: string) => void;
}): HistoryCodec {
  const { keys, onUnreadable } = options;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const [first] = keys;
  const encryptWith = options.encrypts ? first : undefined;
  if (options.encrypts && !encryptWith) throw new Error('encrypting histories needs a key');

  function decodeOne(payload: Payload): Payload {
    if (fieldOf(payload, 'encoding') !== encoding) return payload;
    const keyId = fieldOf(payload, keyIdField);
    try {
      const key = byId.get(keyId);
      if (key) return PayloadMessage.decode(open(key, contextOf(keyId), Buffer.from(payload.data ?? [])));
    } catch {
      // Another key under the same id, or changed on the way: as unreadable as without a key.
    }
    onUnreadable?.(keyId);
    return tombstone(keyId);
  }

  return {
    encrypts: encryptWith !== undefined,
    encode: async (payloads) =>
      encryptWith ? payloads.map((payload) => encrypted(encryptWith, payload)) : [...payloads],
    decode: async (payloads) => payloads.map(decodeOne),
  };
}

function encrypted({ id, key }: HistoryKey, payload: Payload): Payload {
  const plain = Buffer.from(PayloadMessage.encode(payload).finish());
  return {
    metadata: { encoding: Buffer.from(encoding), [keyIdField]: Buffer.from(id) },
    data: seal(key, contextOf(id), plain),
  };
}

/** JSON, so that whoever reads a history or is given it as a value can tell what it is. */
const tombstone = (keyId: string): Payload => ({
  metadata: { encoding: Buffer.from('json/plain'), [unreadableField]: Buffer.from(keyId) },
  data: Buffer.from(JSON.stringify({ $unreadable: 'encrypted under a history key that is not at hand' })),
});

/** The id of the key that would be needed; `undefined` for everything but a tombstone. */
export const missingKeyOf = (payload: Payload): string | undefined =>
  payload.metadata?.[unreadableField] === undefined ? undefined : fieldOf(payload, unreadableField);

/** Whether a value was read from a tombstone. */
export const isUnreadable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && '$unreadable' in value;
