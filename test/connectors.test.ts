import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseCausewayFile } from '../src/config/causeway-file.ts';
import { parseEnvironment } from '../src/config/environment.ts';
import type { EffectCall, ModelPort, Ports, WebhookPort } from '../src/connectors/ports.ts';
import { type Provider, providers, type VendorErrorKind } from '../src/domain/failure.ts';
import { createBreakers, guardModel, guardPorts } from '../src/main/guarded-ports.ts';
import { modelOf } from '../src/main/model.ts';
import { portsOf } from '../src/main/ports.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { runSandbox, type RunningSandbox } from './running-sandbox.ts';

/**
 * The contract of every provider, as it is wired: asked once and in time, each failure known by its kind and without what is
 * secret, and left alone when it keeps failing.
 */

interface Sample {
  connector: string;
  operation: string;
  /** What it answers beside its status is not read, so that it cannot be malformed. */
  saysNothing?: true;
  ask(vendors: { ports: Ports; model: ModelPort }, call: EffectCall): Promise<unknown>;
}

async function sendTo(port: WebhookPort | undefined, call: EffectCall): Promise<unknown> {
  if (!port) throw new Error('nobody is set up to receive it');
  return port.send({ type: 'lead.captured', data: { name: 'PERSONAL' } }, call);
}

/** The warehouse is files, or a bucket; the search engine is a server of its own. Each has tests of its own. */
type Apart = 'Warehouse' | 'Search';
const isHere = (provider: Provider): provider is Exclude<Provider, Apart> =>
  provider !== 'Warehouse' && provider !== 'Search';

const notSetUp = () => Promise.reject(new Error('the sandbox has every provider'));

/** One call at each provider, and the operation of its stand-in that answers it; a new provider needs a row here. */
const samples: Readonly<Record<Exclude<Provider, Apart>, Sample>> = {
  HubSpot: {
    connector: 'hubspot',
    operation: 'deals.update',
    ask: ({ ports }, call) =>
      ports.crm.writeField({ objectType: 'deals', objectId: '9001', property: 'hs_priority' }, 'PERSONAL', call),
  },
  Slack: {
    connector: 'slack',
    operation: 'chat.postMessage',
    ask: ({ ports }, call) => ports.chat.post('#revenue', { text: 'PERSONAL', blocks: [] }, call),
  },
  Gmail: {
    connector: 'gmail',
    operation: 'drafts.create',
    ask: ({ ports }, call) => ports.mail.createDraft('olga@example.com', { subject: 'PERSONAL', text: 'x' }, call),
  },
  CoreSignal: {
    connector: 'coresignal',
    operation: 'employees.collect',
    ask: ({ ports }, call) => ports.companies?.readMember('500004', call) ?? notSetUp(),
  },
  Lusha: {
    connector: 'lusha',
    operation: 'person.read',
    ask: ({ ports }, call) => ports.people?.enrichPerson({ email: 'PERSONAL@nordlicht.example' }, call) ?? notSetUp(),
  },
  Marketing: {
    connector: 'marketing',
    operation: 'messages.receive',
    saysNothing: true,
    ask: ({ ports }, call) => sendTo(ports.marketing, call),
  },
  Assistant: {
    connector: 'assistant',
    operation: 'messages.receive',
    saysNothing: true,
    ask: ({ ports }, call) => sendTo(ports.assistant, call),
  },
  OpenAI: {
    connector: 'openai',
    operation: 'responses.create',
    ask: ({ model }, call) =>
      model.ask({
        ...call,
        model: 'gpt-4o-mini',
        system: 'You decide.',
        user: 'PERSONAL',
        schemaName: 'decision',
        jsonSchema: { type: 'object', properties: {}, required: [], additionalProperties: false },
        maxOutputTokens: 256,
        temperature: 0.2,
      }),
  },
};

const log = createLogger({ level: 'silent', process: 'test', pretty: false });

/** Every connector as a worker has it, with the sandbox at `port`. */
function wired(port: number, failures = 100) {
  const configuration = parseEnvironment({ SANDBOX_PORT: String(port) });
  const breakers = createBreakers({ failures, resetSeconds: 60 }, () => undefined);
  const model = guardModel(modelOf(configuration, parseCausewayFile(''), log), breakers);
  if (!model) throw new Error('the sandbox has a model');
  return { ports: guardPorts(portsOf(configuration), breakers), model: model.port };
}

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(async () => {
  await sandbox.forget();
  await sandbox.put('deals', '9001', {});
});
afterAll(() => sandbox.close());

const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(providers.filter(isHere))('%s', (provider) => {
  const sample = samples[provider];
  const { connector, operation } = sample;
  const call = { key: 'event:action', timeoutMs: 10_000 };

  it.each<[number, VendorErrorKind]>([
    [400, 'Rejected'],
    [401, 'Unauthorized'],
    [403, 'Unauthorized'],
    [429, 'RateLimited'],
    [500, 'Unavailable'],
    [503, 'Unavailable'],
  ])('that answers %i is %s, is asked once, and its error quotes nothing', async (status, kind) => {
    await sandbox.fault({ connector, fault: 'status', status });
    const error = await failureOf(sample.ask(wired(sandbox.port), call));
    expect(error).toMatchObject({ name: 'VendorError', provider, kind });
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(new RegExp(`^${provider} \\w+: ${kind} \\([^)]+\\)$`)),
    );
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).not.toMatch(/PERSONAL|dev-|@/);
    expect(await sandbox.calls(connector, operation)).toBe(1);
  });

  const losses: ['lost-answer' | 'malformed' | 'timeout' | 'slow', VendorErrorKind, number][] = [
    ['lost-answer', 'Unavailable', 10_000],
    ['malformed', 'Malformed', 10_000],
    ['timeout', 'Timeout', 300],
    ['slow', 'Timeout', 300],
  ];
  it.each(losses.filter(([fault]) => fault !== 'malformed' || !sample.saysNothing))(
    'with the fault %s is %s, and may have done it',
    async (fault, kind, timeoutMs) => {
      await sandbox.fault({ connector, fault });
      const error = await failureOf(sample.ask(wired(sandbox.port), { ...call, timeoutMs }));
      expect(error).toMatchObject({ provider, kind, effect: 'unknown' });
    },
  );

  it('that nobody reaches has done nothing', async () => {
    const [closed = 0] = await freePorts(1);
    const error = await failureOf(sample.ask(wired(closed), call));
    expect(error).toMatchObject({ provider, kind: 'NotReached', effect: 'none' });
  });

  it('that kept failing is left alone', async () => {
    const vendors = wired(sandbox.port, 2);
    await sandbox.fault({ connector, fault: 'status', status: 500, times: 2 });
    for (const kind of ['Unavailable', 'Unavailable', 'CircuitOpen']) {
      expect(await failureOf(sample.ask(vendors, call))).toMatchObject({ provider, kind });
    }
    expect(await sandbox.calls(connector, operation)).toBe(2);
  });
});
