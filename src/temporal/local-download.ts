import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const releaseUrl = 'https://github.com/temporalio/cli/releases/download/v1.5.1';
/** SHA-256 of the release's archives, so that what we run is what was released. */
const archives: Readonly<Record<string, { name: string; sha256: string }>> = {
  'linux-x64': {
    name: 'temporal_cli_1.5.1_linux_amd64.tar.gz',
    sha256: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  },
  'linux-arm64': {
    name: 'temporal_cli_1.5.1_linux_arm64.tar.gz',
    sha256: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  },
  'darwin-x64': {
    name: 'temporal_cli_1.5.1_darwin_amd64.tar.gz',
    sha256: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  },
  'darwin-arm64': {
    name: 'temporal_cli_1.5.1_darwin_arm64.tar.gz',
    sha256: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
  },
};
const answerTimeoutMs = 8_000;
const downloadTimeoutMs = 180_000;

/** Fetches the released CLI into `binFolder`. `null` when it is there, else why it is not; without internet it says so within seconds. */
export async function downloadTemporalCli(options: {
  binFolder: string;
  log: (line: string) => void;
  signal: AbortSignal;
  platform?: string;
  baseUrl?: string;
}): Promise<string | null> {
  const { binFolder, log, signal, platform = `${process.platform}-${process.arch}`, baseUrl = releaseUrl } = options;
  const archive = archives[platform];
  if (!archive) return `there is no released temporal CLI for ${platform}`;
  const url = `${baseUrl}/${archive.name}`;
  const folder = join(binFolder, `download-${process.pid}`);
  try {
    log(`looking for the temporal CLI at ${new URL(url).host}`);
    const content = await fetchArchive(url, signal);
    if (createHash('sha256').update(content).digest('hex') !== archive.sha256) return `${url} is not the file expected`;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'archive.tar.gz'), content);
    await run('tar', ['-xzf', 'archive.tar.gz', 'temporal'], { cwd: folder, timeout: 60_000, signal });
    await chmod(join(folder, 'temporal'), 0o755);
    await rename(join(folder, 'temporal'), join(binFolder, 'temporal'));
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return `${url}: ${reasonOf(error)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The answer must begin soon, or there is no way out of here; the file itself may take longer. */
async function fetchArchive(url: string, signal: AbortSignal): Promise<Buffer> {
  const noAnswer = new AbortController();
  const timer = setTimeout(() => noAnswer.abort(new Error('no answer in time')), answerTimeoutMs);
  const limits = AbortSignal.any([signal, noAnswer.signal, AbortSignal.timeout(downloadTimeoutMs)]);
  const response = await fetch(url, { signal: limits }).finally(() => clearTimeout(timer));
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** `fetch` says only "fetch failed"; the cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
