import { expect, test } from 'vitest';
import { installationOf } from './installation.ts';

test('a causeway.yaml that is named and not there is refused: without it other modes would hold than those that were meant', () => {
  const named = `${import.meta.dirname}/no-such-file.yaml`;
  expect(() => installationOf({ CAUSEWAY_FILE: named })).toThrow(`CAUSEWAY_FILE: there is no file ${named}`);
  expect(installationOf({ CAUSEWAY_FILE: undefined }).modes.length).toBeGreaterThan(0);
});
