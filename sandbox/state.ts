import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Change, changeSchema } from './change.ts';
import { createMemory } from './memory.ts';

const recordSchema = z.array(changeSchema);

export type State = ReturnType<typeof openState>;

/**
 * The sandbox's memory, kept in an append-only file of JSON lines; one line is what happened at once. `commit` returns
 * when the operating system has the line, so that it outlives the process, whatever kills it.
 */
export function openState(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  let memory = createMemory();
  for (const change of readChanges(path)) memory.apply(change);
  let file = openSync(path, 'a');

  /** Writes the state anew: what was removed must not stay readable in the file. */
  function rewrite(): void {
    const temporary = `${path}.new`;
    writeFileSync(
      temporary,
      memory
        .changes()
        .map((change) => line([change]))
        .join(''),
    );
    const next = openSync(temporary, 'a');
    renameSync(temporary, path);
    closeSync(file);
    file = next;
  }

  return {
    find: (collection: string, id: string) => memory.find(collection, id),
    list: (collection: string) => memory.list(collection),
    effects: () => memory.effects(),
    faults: () => memory.faults(),
    calls: () => memory.calls(),
    commit(changes: readonly Change[]): void {
      appendFileSync(file, line(changes));
      for (const change of changes) memory.apply(change);
      if (changes.some((change) => change.kind === 'remove' || change.kind === 'blank')) rewrite();
    },
    forget(): void {
      memory = createMemory();
      rewrite();
    },
    close(): void {
      closeSync(file);
    },
  };
}

/** The line break comes first, so that a line cut short by a crash never swallows the one written after it. */
function line(changes: readonly Change[]): string {
  return `\n${JSON.stringify(changes)}`;
}

function readChanges(path: string): Change[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const value = parseJson(text);
      if (value === undefined) return [];
      const record = recordSchema.safeParse(value);
      if (record.success) return record.data;
      throw new Error(
        `line ${index + 1} of ${path} was not written by this sandbox; delete the file or name another one`,
      );
    });
}

/** `undefined` for an unfinished line: nobody was ever answered for it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
