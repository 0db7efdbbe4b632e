import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { effectSchema } from './change.ts';
import { startSandbox } from './server.ts';

const callsSchema = z.record(z.string(), z.record(z.string(), z.number()));

/** The control routes of a sandbox, for tests. Every request has two seconds. */
export function createControl(url: string) {
  async function ask(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(2000),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return response;
  }

  return {
    ask,
    effects: async () => z.array(effectSchema).parse(await (await ask('GET', '/_sandbox/effects')).json()),
    calls: async () => callsSchema.parse(await (await ask('GET', '/_sandbox/calls')).json()),
    put: (path: string, properties: Record<string, unknown>, associations?: Record<string, string[]>) =>
      ask('PUT', `/_sandbox/crm/${path}`, { properties, ...(associations && { associations }) }),
    fault: (fault: Record<string, unknown>) => ask('POST', '/_sandbox/faults', fault),
    forget: () => ask('DELETE', '/_sandbox'),
  };
}

/** A sandbox of its own in a folder of its own, gone after `close`. */
export async function startTestSandbox() {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const sandbox = await startSandbox({ port: 0, statePath: join(folder, 'state.jsonl') });
  return {
    ...createControl(sandbox.url),
    url: sandbox.url,
    async close() {
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}
