import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dayOfFolder, folderOfDay, isWithin, unfinishedFile } from './names.ts';
import type { Storage } from './storage.ts';

/** Files below one folder, which several processes may share. */
export function createFolder(root: string): Storage {
  const unfinishedFolder = join(root, '.unfinished');

  return {
    async list(days) {
      const names: string[] = [];
      for (const folder of await entries(root)) {
        const day = dayOfFolder(folder);
        if (day === undefined || !isWithin(day, days)) continue;
        for (const file of await entries(join(root, folder))) names.push(`${folderOfDay(day)}/${file}`);
      }
      return names;
    },

    async put(name, write, signal) {
      const unfinished = join(unfinishedFolder, unfinishedFile(name));
      const path = join(root, name);
      await mkdir(unfinishedFolder, { recursive: true, mode: 0o700 });
      // Leads are for whoever runs Causeway and for its group, to read; analysts are put into that group.
      await mkdir(dirname(path), { recursive: true, mode: 0o750 });
      try {
        await write(unfinished);
        await chmod(unfinished, 0o640);
        await flush(unfinished);
        signal.throwIfAborted();
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      await flush(dirname(path));
    },

    open: async () => ({ folder: root, close: async () => undefined }),

    remove: (name) => rm(join(root, name), { force: true }),

    unfinished: async () => (await entries(unfinishedFolder)).map((name) => join(unfinishedFolder, name)),
  };
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
