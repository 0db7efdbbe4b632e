import { defineConfig } from 'vitest/config';
import tests from '../../vitest.config.ts';

// `vitest run --config test/replay/record.config.ts` writes the recorded histories anew; no other run does.
export default defineConfig({ test: { ...tests.test, include: ['test/replay/record{,-*}.ts'], testTimeout: 120_000 } });
