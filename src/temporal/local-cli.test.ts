import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildTemporalCli } from './local-build.ts';
import { isNewEnough } from './local-cli.ts';
import { downloadTemporalCli } from './local-download.ts';
import { localServerArguments } from './local-server.ts';

const { signal } = new AbortController();
const log = () => {};

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test.each([
  ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', true],
  ['temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)', true],
  ['temporal version 1.0.0 (Server 1.24.2, UI 2.28.0)', false],
  ['temporal version 3.0.0 (Server 2.0.0, UI 3.0.0)', true],
  ['something else', false],
])('%s is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});

test('a downloaded file that is not the released one is refused and not kept', async () => {
  const binFolder = await emptyFolder();
  const server = createServer((_, response) => response.end('not an archive')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const baseUrl = `http://127.0.0.1:${port}`;
  const problem = await downloadTemporalCli({ binFolder, log, signal, platform: 'linux-x64', baseUrl });
  expect(problem).toBe(`${baseUrl}/temporal_cli_1.5.1_linux_amd64.tar.gz is not the file expected`);
  expect(await readdir(binFolder)).toEqual([]);
});

test('without a way out to the internet the download says so instead of failing', async () => {
  const options = { binFolder: await emptyFolder(), log, signal, platform: 'linux-x64', baseUrl: 'http://127.0.0.1:1' };
  expect(await downloadTemporalCli(options)).toContain('http://127.0.0.1:1/');
  expect(await downloadTemporalCli({ ...options, platform: 'aix-ppc64' })).toContain('aix-ppc64');
});

test('a missing Go is an error that names the three ways out', async () => {
  const environment = { PATH: await emptyFolder() };
  await expect(buildTemporalCli({ binFolder: await emptyFolder(), environment, log, signal })).rejects.toThrow(
    /temporal CLI so that it is on PATH[^]*install Go[^]*TEMPORAL_ADDRESS/,
  );
});

test('the server is started for durable files, priorities and every search attribute', () => {
  const args = localServerArguments({ dataDir: '/data', port: 1, uiPort: 2, namespace: 'default' }).join(' ');
  expect(args).toContain('--sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=1');
  expect(args).toContain('--dynamic-config-value matching.useNewMatcher=true');
  expect(args).toContain('--search-attribute NeedsAttention=Bool');
  expect(args).toContain('--ui-port 2');
});
