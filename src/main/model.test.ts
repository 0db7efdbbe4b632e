import { expect, test } from 'vitest';
import { parseCausewayFile } from '../config/causeway-file.ts';
import { parseEnvironment } from '../config/environment.ts';
import { createLogger } from '../telemetry/log.ts';
import { modelOf } from './model.ts';

/** Protects the start: without a key Causeway runs by its rules, and says so once. */

function logged() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ level: 'info', process: 'test', pretty: false, destination }) };
}

const withoutKey = { ...parseEnvironment({}), OPENAI_API_KEY: undefined };
const modes = 'modes: [{ types: [deal.*], mode: model-first }, { types: [contact.*], mode: compliance }]';

test('without a key there is no model, and one line says which events lack it', () => {
  const { lines, log } = logged();
  expect(modelOf(withoutKey, parseCausewayFile(modes), log)).toBeUndefined();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('OPENAI_API_KEY is not set');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', types: ['deal.*'] });
});

test('where no event needs a model nothing is said', () => {
  const { lines, log } = logged();
  expect(modelOf(withoutKey, parseCausewayFile(''), log)).toBeUndefined();
  expect(lines).toEqual([]);
});

test('the terms are those of causeway.yaml', () => {
  const { log } = logged();
  const file = parseCausewayFile(
    'model: { name: other, timeoutSeconds: 3, maxDailyCalls: 9, confidenceThreshold: 0.5 }',
  );
  expect(modelOf(parseEnvironment({}), file, log)).toMatchObject({
    settings: { name: 'other', maxOutputTokens: 256, temperature: 0.2 },
    timeoutMs: 3_000,
    maxDailyCalls: 9,
    confidenceThreshold: 0.5,
  });
});
