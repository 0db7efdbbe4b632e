import { z } from 'zod';
import type { Send } from './client.ts';
import { refusalOf } from './errors.ts';
import { mappings, settings } from './mapping.ts';

/** The alias is what is written to and searched; behind it is one index, `<alias>-v<number>`. */
const firstIndex = (alias: string): string => `${alias}-v1`;

const indexStates = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()) }));
export const anything = z.unknown();

export interface Indices {
  /** What the alias stands for. */
  adopted: string[];
  /** All of ours, also one that is being built. */
  all: string[];
}

export async function listIndices(send: Send, alias: string): Promise<Indices> {
  const found = await send(indexStates, (engine) =>
    engine.indices.get({ index: [alias, `${alias}-v*`], ignore_unavailable: true, allow_no_indices: true }),
  );
  const isOurs = new RegExp(`^${alias}-v\\d+$`);
  const adopted = Object.keys(found).filter((name) => found[name]?.aliases[alias] !== undefined);
  const all = Object.keys(found).filter((name) => adopted.includes(name) || isOurs.test(name));
  return { adopted, all };
}

/** Makes the first index, unless there is one. Of two processes that try at once one makes it, and both find it there. */
export async function ensureIndex(send: Send, alias: string): Promise<void> {
  const { adopted } = await listIndices(send, alias);
  if (adopted.length > 0) return;
  await createIndex(send, firstIndex(alias), { [alias]: { is_write_index: true } });
}

export async function createIndex(
  send: Send,
  index: string,
  aliases: Record<string, { is_write_index: boolean }>,
): Promise<void> {
  try {
    await send(anything, (engine) => engine.indices.create({ index, body: { mappings, settings, aliases } }));
  } catch (error) {
    if (refusalOf(error)?.type !== 'resource_already_exists_exception') throw error;
  }
}

export async function removeIndices(send: Send, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await send(anything, (engine) => engine.indices.delete({ index: [...names], ignore_unavailable: true }));
}

/** Makes what was written visible to every search. */
export async function refresh(send: Send, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await send(anything, (engine) => engine.indices.refresh({ index: [...names], ignore_unavailable: true }));
}
