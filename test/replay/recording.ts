import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchHistory } from '../../src/temporal/recorded-history.ts';
import { type Causeway, startCauseway } from '../causeway.ts';
import { eventually } from '../eventually.ts';
import { pathOf } from '../history-path.ts';
import { openSession } from '../session.ts';
import { type PathName, paths } from './paths.ts';

/** What the files that record have in common: the world in which a path happens, and how its history is kept. */

export interface Happened {
  causeway: Causeway;
  workflowId: string;
  /** Where it is not the latest of its id. */
  runId?: string;
}

export type Scenario = () => Promise<Happened>;

export async function causewayOf(options: Parameters<typeof startCauseway>[0]): Promise<Causeway> {
  const causeway = await startCauseway(options);
  onTestFinished(() => causeway.close());
  return causeway;
}

export const shortCalls = { EFFECT_CALL_TIMEOUT_MS: '3000' };

export const happened = async (causeway: Causeway, id: string): Promise<Happened> => ({
  causeway,
  workflowId: (await causeway.read(id)).workflow.id,
});

export const called = (causeway: Causeway, connector: string, operation: string) =>
  eventually(`${operation} is called`, async () =>
    (await causeway.sandbox.calls(connector, operation)) > 0 ? true : undefined,
  );

/** From now on the database refuses to do this: `insert on model_calls`. */
export async function refused({ configuration }: Causeway, what: string): Promise<void> {
  const session = await openSession(configuration.DATABASE_URL);
  onTestFinished(() => session.close());
  await session.query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`);
  await session.query(`create trigger refuse before ${what} for each row execute function refuse()`);
}

/** Makes each path happen, and keeps what it left under its name. */
export function record(scenarios: Partial<Record<PathName, Scenario>>): void {
  test.each(Object.entries(scenarios))('%s', async (name, scenario) => {
    const { causeway, workflowId, runId } = await scenario();
    const history = await eventually(
      'the execution ends',
      async () => {
        const found = await fetchHistory(causeway.client, workflowId, causeway.codec, runId);
        return found?.finished ? found : undefined;
      },
      100_000,
    );
    expect(pathOf(history.text)).toBe(new Map(Object.entries(paths)).get(name));
    await writeFile(join(import.meta.dirname, `${name}.json`), history.text);
  });
}
