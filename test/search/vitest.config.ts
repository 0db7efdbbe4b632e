import { defineConfig } from 'vitest/config';
import tests from '../../vitest.config.ts';

// `npm run test:search` tests against a real search engine, which takes Java; no other run does.
export default defineConfig({
  test: {
    ...tests.test,
    include: ['test/search/*.test.ts'],
    exclude: [],
    globalSetup: 'test/search/global-setup.ts',
  },
});
