import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sources } from '../src/sources/index.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { signedRequest } from './signed-request.ts';

/** Protects that every source of the registry works when it is set up: what its samples tell is let in, once, and ends. */

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const anotherSecret = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
const urlOf = (name: string) => `https://hooks.example.com/webhooks/${name}`;
const entries = sources
  .filter(({ name }) => name !== 'hubspot' && name !== 'person-change')
  .map(({ name }) => [name, { secretVariable: 'SOURCE_SECRET', url: urlOf(name) }]);

let causeway: Causeway;
beforeAll(async () => {
  vi.stubEnv('SOURCE_SECRET', secret);
  causeway = await startCauseway({
    environment: { HUBSPOT_CLIENT_SECRET: secret, HUBSPOT_WEBHOOK_URL: urlOf('hubspot'), PERSON_CHANGE_SECRET: secret },
    settings: JSON.stringify({ sources: Object.fromEntries(entries) }),
  });
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
});

function samplesOf(name: string): string[] {
  const folder = join(import.meta.dirname, '../src/sources', name, 'samples');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.map((file) => readFileSync(join(folder, file), 'utf8'));
}

describe.each(sources)('$name', (source) => {
  const { name, verification } = source;
  const samples = samplesOf(name);
  const sign = (body: string, by = secret) => signedRequest(verification, { uri: urlOf(name), body, secret: by });

  const changed = (body: string) =>
    verification.algorithm === 'hmac-sha256' ? [{ ...sign(body), body: `${body} ` }] : [];

  async function post({ pathKey, ...request }: ReturnType<typeof sign>): Promise<number> {
    const init = { ...request, method: 'POST', signal: AbortSignal.timeout(20_000) };
    const path = pathKey === undefined ? name : `${name}/${pathKey}`;
    return (await fetch(`${causeway.url}/webhooks/${path}`, init)).status;
  }

  it('lets nothing in that somebody else signed, or that was changed on its way where the vendor signs', async () => {
    for (const request of samples.flatMap((body) => [sign(body, anotherSecret), ...changed(body)])) {
      expect(await post(request)).toBe(401);
    }
  });

  it('takes every event of its samples once, though all come twice, and carries it to its end', async () => {
    let sent = 0;
    for (const body of samples) {
      const request = sign(body);
      const parsed = source.parse(JSON.parse(request.body), new Date(), request.headers);
      sent += parsed.kind === 'events' ? parsed.events.length : 0;
      // What the answer says is the vendor's business.
      const statuses = [await post(request), await post(request)];
      expect(Math.max(...statuses)).toBeLessThan(300);
    }
    const { rows } = await causeway.queries.execute<{ id: string }>(sql`select id from events where source = ${name}`);
    expect(rows).toHaveLength(sent);
    for (const { id } of rows) expect(await causeway.finished(id, 90_000)).toMatchObject({ state: 'done' });
  });
});
