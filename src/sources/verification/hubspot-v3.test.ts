import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hubspotV3 } from './hubspot-v3.ts';
import { type SignedRequest, verify } from './verify.ts';

const path = join(import.meta.dirname, '../../../../shared/corpora/signatures/hubspot-vectors.json');

const vector = z.object({
  id: z.string(),
  version: z.enum(['v1', 'v2', 'v3']),
  secret: z.string(),
  method: z.string(),
  uri: z.string(),
  body: z.string(),
  timestamp: z.string().optional(),
  expected: z.string(),
});
const vectors = existsSync(path)
  ? z.object({ published: z.array(vector).min(1) }).parse(JSON.parse(readFileSync(path, 'utf8'))).published
  : [];

function request(given: z.infer<typeof vector>, headers: SignedRequest['headers']): SignedRequest {
  const { method, uri, secret, timestamp } = given;
  return {
    method,
    uri,
    rawBody: Buffer.from(given.body),
    headers,
    secrets: [secret],
    nowMs: Number(timestamp ?? 0),
  };
}

describe.skipIf(vectors.length === 0)("the known answers of HubSpot's own libraries", () => {
  test.each(vectors.filter(({ version }) => version === 'v3'))('$id is accepted', (given) => {
    const headers = { 'x-hubspot-signature-v3': given.expected, 'x-hubspot-request-timestamp': given.timestamp };
    expect(verify(hubspotV3, request(given, headers))).toEqual({ ok: true });
  });

  test.each(vectors.filter(({ version }) => version !== 'v3'))('$id is refused: it can be replayed', (given) => {
    const headers = { 'x-hubspot-signature': given.expected, 'x-hubspot-signature-version': given.version };
    expect(verify(hubspotV3, request(given, headers))).toEqual({ ok: false, reason: 'unsupported_version' });
  });
});
