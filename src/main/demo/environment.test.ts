import { afterEach, expect, test, vi } from 'vitest';
import { demoEnvironment } from './environment.ts';

afterEach(() => vi.unstubAllEnvs());

test("what the environment says of rules, vendors and a model of one's own does not count, and is named", () => {
  vi.stubEnv('SANDBOX_PORT', '4100');
  vi.stubEnv('CAUSEWAY_FILE', 'causeway.yaml');
  vi.stubEnv('RULES_PATH', 'other-rules');
  vi.stubEnv('OPENAI_API_KEY', 'sk-own-key');
  vi.stubEnv('SLACK_API_URL', 'https://slack.example/api/');
  const { changes, configuration, unused } = demoEnvironment();
  expect(configuration).toMatchObject({
    CAUSEWAY_FILE: expect.stringMatching(/demo.causeway\.yaml$/),
    OPENAI_API_URL: 'http://127.0.0.1:4100/openai/v1',
    SLACK_API_URL: 'http://127.0.0.1:4100/slack/api/',
  });
  expect(configuration.RULES_PATH).toBeUndefined();
  expect(changes).toMatchObject({ RULES_PATH: '', OPENAI_API_KEY: '', SLACK_API_URL: '' });
  expect(unused.toSorted()).toEqual(['CAUSEWAY_FILE', 'OPENAI_API_KEY', 'RULES_PATH', 'SLACK_API_URL']);
});

test('an environment that says nothing of them has nothing to be named', () => {
  vi.stubEnv('PORT', '4000');
  expect(demoEnvironment().unused).toEqual([]);
});

test("the secret of the product's webhooks is another one in each run", () => {
  const [first, second] = [demoEnvironment(), demoEnvironment()];
  expect(first.productSecret).not.toBe(second.productSecret);
  expect(first.changes.PRODUCT_WEBHOOK_SECRET).toBe(first.productSecret);
});
