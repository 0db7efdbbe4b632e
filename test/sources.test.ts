import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sources } from '../src/sources/index.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { signedHeaders } from './signed-headers.ts';

/** Protects that every source of the registry works when it is set up: what its samples tell is let in, once, and ends. */

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const anotherSecret = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
const urlOf = (name: string) => `https://hooks.example.com/webhooks/${name}`;
const entries = sources
  .filter(({ name }) => name !== 'hubspot')
  .map(({ name }) => [name, { secretVariable: 'SOURCE_SECRET', url: urlOf(name) }]);

let causeway: Causeway;
beforeAll(async () => {
  vi.stubEnv('SOURCE_SECRET', secret);
  causeway = await startCauseway({
    environment: { HUBSPOT_CLIENT_SECRET: secret, HUBSPOT_WEBHOOK_URL: urlOf('hubspot') },
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
  const sign = (body: string, by = secret) => signedHeaders(verification, { uri: urlOf(name), body, secret: by });

  async function post(body: string, headers: Record<string, string>): Promise<number> {
    const request = { method: 'POST', body, headers, signal: AbortSignal.timeout(20_000) };
    return (await fetch(`${causeway.url}/webhooks/${name}`, request)).status;
  }

  it('lets nothing in that was changed on its way, or that somebody else signed', async () => {
    for (const body of samples) {
      expect(await post(`${body} `, sign(body))).toBe(401);
      expect(await post(body, sign(body, anotherSecret))).toBe(401);
    }
  });

  it('takes every event of its samples once, though all come twice, and carries it to its end', async () => {
    let sent = 0;
    for (const body of samples) {
      const headers = sign(body);
      const parsed = source.parse(JSON.parse(body), new Date(), headers);
      sent += parsed.kind === 'events' ? parsed.events.length : 0;
      // What the answer says is the vendor's business.
      const statuses = [await post(body, headers), await post(body, headers)];
      expect(Math.max(...statuses)).toBeLessThan(300);
    }
    const { rows } = await causeway.queries.execute<{ id: string }>(sql`select id from events where source = ${name}`);
    expect(rows).toHaveLength(sent);
    for (const { id } of rows) expect(await causeway.finished(id, 90_000)).toMatchObject({ state: 'done' });
  });
});
