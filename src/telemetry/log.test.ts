import { expect, test } from 'vitest';
import { z } from 'zod';
import { createLogger } from './log.ts';

// Lines are read by machines and searched by people: each is one JSON object, says its level in a word, and leaks nothing.

function written(write: (log: ReturnType<typeof createLogger>) => void, level = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level, process: 'test', pretty: false, destination }));
  return lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

test('a line says when, how bad, by which process and what', () => {
  const [line] = written((log) => log.warn({ event_id: '1' }, 'event failed'));
  expect(line).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    process: 'test',
    event_id: '1',
    msg: 'event failed',
  });
});

test('what would be a secret, or about a person, is left out wherever it stands', () => {
  const careless = {
    authorization: 'LEAK',
    Email: 'LEAK',
    'x-api-key': 'LEAK',
    request: { headers: { cookie: 'LEAK' }, url: '/ingest' },
    people: [{ firstName: 'LEAK', phone: 'LEAK', id: '7' }],
    deep: { deeper: { deepest: { token: 'LEAK', kind: 'oauth' } } },
  };
  const [line] = written((log) => log.info(careless, 'careless'));
  expect(line).toMatchObject({
    request: { url: '/ingest' },
    people: [{ id: '7' }],
    deep: { deeper: { deepest: { kind: 'oauth' } } },
  });
  expect(JSON.stringify(line)).not.toContain('LEAK');
});

test('a line that contains itself is written all the same', () => {
  const circle: Record<string, unknown> = { id: '1' };
  circle['self'] = circle;
  expect(written((log) => log.info(circle, 'circle'))).toMatchObject([{ id: '1', msg: 'circle' }]);
});

test('dates and errors are written as pino writes them', () => {
  const [line] = written((log) => log.info({ at: new Date(0), err: new TypeError('odd') }, 'kept'));
  expect(line).toMatchObject({ at: '1970-01-01T00:00:00.000Z', err: { type: 'TypeError', message: 'odd' } });
});

test('what is below the level is not written', () => {
  expect(written((log) => log.info('quiet'), 'warn')).toEqual([]);
});
