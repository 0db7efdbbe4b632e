import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { standardWebhook } from '../sandbox/standard-webhook.ts';
import { receipt } from '../src/domain/received.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { contestedDeal, newId } from './hubspot-events.ts';

/** Protects the door for anybody's own events: a few lines of causeway.yaml and a secret, and no code. */

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const settings = `
sources:
  product:
    secretVariable: PRODUCT_WEBHOOK_SECRET
    fields:
      objectType: data.object.type
      objectId: data.object.id
      contactEmail: data.email
      dealId: data.deal
`;

let causeway: Causeway;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-file-'));
  await writeFile(join(folder, 'causeway.yaml'), settings);
  vi.stubEnv('PRODUCT_WEBHOOK_SECRET', secret);
  causeway = await startCauseway({ environment: { CAUSEWAY_FILE: join(folder, 'causeway.yaml') } });
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const event = (data: Record<string, unknown> = {}) => ({
  type: 'seat.limit_reached',
  timestamp: new Date().toISOString(),
  data: { object: { type: 'workspace', id: `ws_${newId()}` }, ...data },
});

/** Sends a body as the standard's own library signs it. */
async function send(body: unknown, given: { id?: string; at?: Date; name?: string; secret?: string } = {}) {
  const { id = `msg_${newId()}`, at = new Date(), name = 'product' } = given;
  const response = await fetch(`${causeway.url}/webhooks/${name}`, {
    ...standardWebhook({ secret: given.secret ?? secret, id, events: body, sentAt: at }),
    signal: AbortSignal.timeout(20_000),
  });
  const raw: unknown = await response.json();
  return { status: response.status, raw };
}

async function accepted(body: unknown, given: { id?: string } = {}) {
  const { status, raw } = await send(body, given);
  expect(status).toBe(202);
  return receipt.parse(raw).events;
}

describe('an event of a team', () => {
  it('of a type that nobody decides is kept, run, and ends undecided', async () => {
    const [first] = await accepted(event());
    expect(await causeway.finished(first?.id ?? '')).toMatchObject({
      source: 'product',
      type: 'seat.limit_reached',
      state: 'done',
      outcome: 'undecided',
    });
  });

  it('that names a deal is decided with what the CRM knows of it', async () => {
    const dealId = String(newId());
    await causeway.sandbox.put('deals', dealId, contestedDeal());
    const [first] = await accepted(event({ deal: dealId, email: 'ada@example.com' }));
    expect(await causeway.finished(first?.id ?? '')).toMatchObject({
      outcome: 'acted',
      decision: { ruleId: 'competitive-threat' },
    });
  });

  it('is taken once, however often its message is sent; with another content it is a conflict', async () => {
    const id = `msg_${newId()}`;
    const body = event();
    const [first] = await accepted(body, { id });
    expect(await accepted(body, { id })).toMatchObject([{ id: first?.id, status: 'duplicate' }]);
    expect(await accepted({ ...body, more: 1 }, { id })).toMatchObject([{ id: first?.id, status: 'conflict' }]);
  });

  it('may come with others in one message; those that do not fit are named, the others taken', async () => {
    const answers = await accepted([event(), { ...event(), timestamp: 'yesterday' }, event()]);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'violation', 'accepted']);
    expect(answers[1]).toMatchObject({ error: { path: '[1].timestamp' } });
  });

  it('that does not fit, alone, is answered with the field that is wrong', async () => {
    const { status, raw } = await send({ ...event(), data: {} });
    expect(status).toBe(422);
    expect(raw).toMatchObject({
      reason: 'nothing_fits',
      detail: expect.stringContaining('data.object.type: expected'),
    });
  });
});

describe('nobody comes in', () => {
  it.each([
    ['with another secret', { secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` }, 401, 'wrong_signature'],
    ['with an old message', { at: new Date(Date.now() - 301_000) }, 401, 'stale_timestamp'],
    ['under a name that nobody set up', { name: 'billing' }, 404, 'unknown_source'],
    ['under a name that every object has', { name: 'constructor' }, 404, 'unknown_source'],
  ])('%s', async (_how, given, status, reason) => {
    expect(await send(event(), given)).toMatchObject({ status, raw: { reason } });
  });
});
