import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import { isDatabaseUnavailable, sqlState } from './errors.ts';

const databaseError = (code: string) => Object.assign(new DatabaseError('canary', 0, 'error'), { code });
const wrapped = (error: unknown, times = 1): unknown =>
  times === 0 ? error : wrapped(new Error('Failed query', { cause: error }), times - 1);
const withCode = (code: string) => Object.assign(new Error('of the system'), { code });

describe('a later try may succeed', () => {
  test.each([
    ['08006', 'the connection failed'],
    ['53100', 'the disk is full'],
    ['53200', 'out of memory or of locks'],
    ['53300', 'too many connections'],
    ['57P01', 'the server is shut down'],
    ['57P03', 'the server is starting'],
    ['58030', 'an error of the disk'],
    ['25006', 'the server only reads'],
    ['25P03', 'the transaction was idle for too long'],
    ['40001', 'a race was lost'],
    ['40P01', 'a deadlock'],
    ['55P03', 'a lock was not to be had in time'],
    ['57014', 'the statement took too long'],
  ])('%s: %s', (code) => {
    expect(isDatabaseUnavailable(databaseError(code))).toBe(true);
    expect(isDatabaseUnavailable(wrapped(databaseError(code), 3))).toBe(true);
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH'])('%s', (code) => {
    expect(isDatabaseUnavailable(wrapped(withCode(code)))).toBe(true);
  });

  test.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('what the driver says without a code: %s', (message) => {
    expect(isDatabaseUnavailable(wrapped(new Error(message)))).toBe(true);
  });
});

describe('a later try would fail the same way', () => {
  test.each(['23503', '23505', '22021', '42P01', '42703', '28P01', '3D000'])('%s', (code) => {
    expect(isDatabaseUnavailable(wrapped(databaseError(code)))).toBe(false);
  });

  test.each([new Error('a bug of ours'), withCode('EACCES'), 'a text', undefined, null, { code: '57P01' }])(
    '%j',
    (error) => {
      expect(isDatabaseUnavailable(error)).toBe(false);
    },
  );
});

test('the state is found however the error is wrapped, and an error that causes itself ends the search', () => {
  expect(sqlState(wrapped(databaseError('23505'), 4))).toBe('23505');
  expect(sqlState(withCode('23505'))).toBeUndefined();
  const circular = new Error('circular');
  circular.cause = circular;
  expect(sqlState(circular)).toBeUndefined();
  expect(isDatabaseUnavailable(circular)).toBe(false);
});
