import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startSandbox } from '../sandbox/server.ts';

const effects = z.array(
  z.object({ connector: z.string(), operation: z.string(), key: z.string(), target: z.string(), body: z.unknown() }),
);
const message = z.object({ role: z.string(), content: z.string() });
const questions = z.array(
  z.object({ number: z.number(), body: z.looseObject({ input: z.tuple([message, message]) }) }),
);
const calls = z.record(z.string(), z.record(z.string(), z.number()));

export interface Fault {
  connector: string;
  operation?: string;
  fault: 'status' | 'timeout' | 'slow' | 'lost-answer' | 'malformed';
  status?: number;
  times?: number;
  delayMs?: number;
}

export type RunningSandbox = Awaited<ReturnType<typeof runSandbox>>;

/** A sandbox of a test's own, on a free port and with a new state, and the requests by which a test arranges and looks. */
export async function runSandbox() {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-sandbox-'));
  const sandbox = await startSandbox({ port: 0, statePath: join(folder, 'state.jsonl') });

  async function control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
      method,
      signal: AbortSignal.timeout(5_000),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : await response.json();
  }

  return {
    port: sandbox.port,
    hubspotUrl: `${sandbox.url}/hubspot`,
    slackUrl: `${sandbox.url}/slack/api/`,
    gmailUrl: `${sandbox.url}/gmail/`,
    openAiUrl: `${sandbox.url}/openai/v1`,
    coreSignalUrl: `${sandbox.url}/coresignal/cdapi/v2`,
    lushaUrl: `${sandbox.url}/lusha`,
    effects: async () => effects.parse(await control('GET', '/effects')),
    /** How often an operation was called, faults included. */
    async calls(connector: string, operation: string): Promise<number> {
      return calls.parse(await control('GET', '/calls'))[connector]?.[operation] ?? 0;
    },
    fault: (fault: Fault) => control('POST', '/faults', fault),
    put: (
      type: 'deals' | 'contacts' | 'companies' | 'owners' | 'tasks',
      id: string,
      properties: Readonly<Record<string, string | null>>,
      associations: Readonly<Record<string, readonly string[]>> = {},
    ) => control('PUT', `/crm/${type}/${id}`, { properties, associations }),
    /** Puts in what CoreSignal and Lusha know, by its route: `people/9`, `companies/7003`, `credits/lusha`. */
    arrange: (path: string, value: unknown) => control('PUT', `/${path}`, value),
    /** What the model answers: one answer for all calls to come, or one for each. */
    script: (script: unknown) => control('PUT', '/model', script),
    /** What the model was asked last, prompts included. */
    questions: async () => questions.parse(await control('GET', '/model')),
    forget: () => control('DELETE', ''),
    async close(): Promise<void> {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server of a test's own, for answers that no fault of the sandbox gives. Closed, its address refuses connections. */
export async function runServer(answer: Answer) {
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
