import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../../', import.meta.url));
/** Tools that were downloaded or built: they outlive the data. */
export const binFolder = join(projectFolder, '.causeway', 'bin');

/** Where the local world keeps its data: `.causeway` in the project, or what CAUSEWAY_DATA_DIR says. */
export function dataFolder(configured: string | undefined): string {
  return resolve(projectFolder, configured ?? '.causeway');
}

/** PostgreSQL's user has to pass through, so a folder that we make lets others enter, though not look around. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  const made = await mkdir(dataDir, { recursive: true });
  if (made !== undefined) await chmod(dataDir, 0o711);
}

/** Forgets everything that a world has kept, and nothing else that lies in the folder. */
export async function forgetData(dataDir: string): Promise<void> {
  const isOurs = /^(postgres($|\.)|temporal\.|sandbox\.|(warehouse|search)$)/;
  const names = (await readdir(dataDir)).filter((name) => isOurs.test(name));
  await Promise.all(names.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}
