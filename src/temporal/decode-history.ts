import type { PayloadCodec } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { missingKeyOf } from '../privacy/payload-codec.ts';

class UnreadableHistory extends Error {
  override readonly name = 'UnreadableHistory';

  constructor(keyId: string) {
    super(
      `the history is encrypted and does not open with the key '${keyId}' of HISTORY_KEYS; give the one it was made with`,
    );
  }
}

const payload = z.looseObject({ metadata: z.looseObject({ encoding: z.base64() }) });
const encodedFailure = z.looseObject({ encodedAttributes: z.object({ data: z.base64() }) });
const commonAttributes = z.object({ message: z.string().default(''), stack_trace: z.string().default('') });

/**
 * A history in its JSON form as it would be without encryption: its payloads decrypted, and the message of a failure where it
 * belongs. Throws when a key is missing, since a history with gaps would replay differently.
 */
export async function decodeHistory(value: unknown, codec: PayloadCodec): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => decodeHistory(each, codec)));
  if (typeof value !== 'object' || value === null) return value;
  if (payload.safeParse(value).success) return decodePayload(value, codec);
  const entries = Object.entries(value).map(async ([name, each]) => [name, await decodeHistory(each, codec)] as const);
  return withMessage(Object.fromEntries(await Promise.all(entries)));
}

async function decodePayload(value: object, codec: PayloadCodec): Promise<unknown> {
  const [plain = {}] = await codec.decode([JSONToPayload(value)]);
  const missing = missingKeyOf(plain);
  if (missing !== undefined) throw new UnreadableHistory(missing);
  return payloadToJSON(plain);
}

function withMessage(value: Record<string, unknown>): Record<string, unknown> {
  const parsed = encodedFailure.safeParse(value);
  if (!parsed.success) return value;
  const { encodedAttributes, ...failure } = parsed.data;
  const attributes: unknown = JSON.parse(Buffer.from(encodedAttributes.data, 'base64').toString());
  const { message, stack_trace: stackTrace } = commonAttributes.parse(attributes);
  return { ...failure, message, stackTrace };
}
