import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,sandbox,test}/**/*.test.ts'],
    exclude: ['test/search/**'],
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    // Nobody is there to look at a machine that stood still for a moment. Whatever passes only then is marked in the report.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    env: { NODE_ENV: 'test' },
  },
});
