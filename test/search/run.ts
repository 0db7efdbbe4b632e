import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NoSearchEngine, prepareSearchEngine } from '../../src/main/world/search-engine.ts';

/** `npm run test:search`: the tests against a real search engine, where this machine can run one. */

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function main(): Promise<number> {
  try {
    await prepareSearchEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  } catch (error) {
    if (!(error instanceof NoSearchEngine)) throw error;
    console.log(`0 tests run. ${error.message}.`);
    return 0;
  }
  const args = [
    path('../../node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    path('vitest.config.ts'),
    ...process.argv.slice(2),
  ];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    cwd: path('../..'),
    env: { ...process.env, CAUSEWAY_TEST_NAME: 'test-search/servers' },
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
