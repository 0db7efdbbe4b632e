import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Causeway, startCauseway } from './causeway.ts';
import { newId } from './hubspot-events.ts';
import { runServer } from './running-sandbox.ts';

/** Protects the door for leads from tokens that nobody whom we trust has made, from other pages, and from made-up addresses. */

vi.setConfig({ testTimeout: 60_000 });

const issuer = 'https://id.example.com/';
const audience = 'causeway';
const kid = 'one';

let causeway: Causeway;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
/** The provider's as well, for an algorithm that we do not take. */
let longKeys: typeof keys;
let provider: Awaited<ReturnType<typeof runServer>>;
beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true });
  longKeys = await generateKeyPair('ES384', { extractable: true });
  const set = {
    keys: [
      { ...(await exportJWK(keys.publicKey)), kid, alg: 'ES256', use: 'sig' },
      { ...(await exportJWK(longKeys.publicKey)), kid: 'long', alg: 'ES384', use: 'sig' },
    ],
  };
  provider = await runServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(set)),
  );
  causeway = await startCauseway({
    worker: false,
    environment: {
      INGEST_JWKS_URL: provider.url,
      INGEST_TOKEN_ISSUER: issuer,
      INGEST_TOKEN_AUDIENCE: audience,
      INGEST_CORS_ORIGINS: 'https://www.example.com',
      TRUSTED_PROXIES: '127.0.0.1',
    },
  });
});
afterAll(async () => {
  await causeway.close();
  await provider.close();
});

const token = (
  claims: Record<string, unknown> = {},
  header: { alg: string; kid?: string } = { alg: 'ES256', kid },
  key: Parameters<SignJWT['sign']>[0] = keys.privateKey,
) =>
  new SignJWT({ iss: issuer, aud: audience, sub: 'app', exp: Math.floor(Date.now() / 1_000) + 300, ...claims })
    .setProtectedHeader(header)
    .sign(key);

async function post(headers: Record<string, string>, given: Record<string, unknown> = {}) {
  const id = newId();
  const lead = { idempotency_key: `k-${id}`, source: 'app', email: `ada-${id}@example.com`, consent: true, ...given };
  const response = await fetch(`${causeway.url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(lead),
    signal: AbortSignal.timeout(20_000),
  });
  const body = z.looseObject({ reason: z.string().optional() }).parse(await response.json());
  return { status: response.status, reason: body.reason, headers: response.headers, body };
}
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

describe('a token', () => {
  it('of the identity provider lets its sender in, for the sources that it names', async () => {
    expect((await post(bearer(await token()))).status).toBe(202);
    expect((await post(bearer(await token({ sources: ['app'] })))).status).toBe(202);
    expect((await post(bearer(await token({ sources: ['shop'] })))).status).toBe(422);
  });

  it.each<[string, () => Promise<string>]>([
    ['that is over', () => token({ exp: Math.floor(Date.now() / 1_000) - 60 })],
    ['that never ends', () => token({ exp: undefined })],
    ['of nobody', () => token({ sub: undefined })],
    ['for somebody else', () => token({ aud: 'other' })],
    ['of another provider', () => token({ iss: 'https://evil.example/' })],
    [
      'signed with another key',
      async () => token({}, { alg: 'ES256', kid }, (await generateKeyPair('ES256')).privateKey),
    ],
    [
      'signed with a secret',
      () => token({}, { alg: 'HS256', kid }, new TextEncoder().encode('secret-secret-secret-secret-1234')),
    ],
    ['signed by an algorithm that is not ours', () => token({}, { alg: 'ES384', kid: 'long' }, longKeys.privateKey)],
    ['whose sources are no list', () => token({ sources: 'app' })],
    ['that is signed by nobody', async () => `${btoa('{"alg":"none"}')}.${btoa('{"sub":"x"}')}.`],
    ['that is none', async () => 'x'.repeat(100_000 / 10)],
  ])('%s opens nothing', async (_what, make) => {
    expect(await post(bearer(await make()))).toMatchObject({ status: 401, reason: 'unknown_sender' });
  });
});

/** What a browser asks before a page of `origin` may post. */
const preflight = (origin: string) =>
  fetch(`${causeway.url}/ingest`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key',
    },
  });

describe('a page', () => {
  it('of an origin that is named may post, and one of another may not', async () => {
    const allowed = await preflight('https://www.example.com');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://www.example.com');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-api-key');
    const refused = await preflight('https://evil.example');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may read the answer, and nothing of other routes', async () => {
    const key = { 'x-api-key': 'dev-ingest-key', origin: 'https://www.example.com' };
    expect((await post(key)).headers.get('access-control-allow-origin')).toBe('https://www.example.com');
    const other = await fetch(`${causeway.url}/healthz`, { headers: { origin: 'https://www.example.com' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the address of a sender', () => {
  it('is the one that a trusted proxy has seen', async () => {
    const key = { 'x-api-key': 'dev-ingest-key', 'x-forwarded-for': '203.0.113.7' };
    const { body } = await post(key);
    const [event] = z.object({ events: z.array(z.object({ id: z.string() })) }).parse(body).events;
    await causeway.startWorker();
    await causeway.finished(event?.id ?? '');
    const { rows } = await causeway.queries.execute(`select host(ip_address) as ip from leads`);
    expect(rows.map((row) => row['ip'])).toContain('203.0.113.7');
  });
});
