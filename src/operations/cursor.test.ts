import { describe, expect, test } from 'vitest';
import { cursorOf, pageOf, readCursor } from './cursor.ts';

const place = { at: '2026-03-20T12:00:00.123456Z', id: '0198c0de-0000-7000-8000-000000000001' };

describe('a cursor', () => {
  test('leads back to its place, with every digit of its time', () =>
    expect(readCursor(cursorOf(place))).toEqual(place));

  test.each([
    '',
    'x',
    '%00',
    'e30',
    Buffer.from('["2026","x"]').toString('base64url'),
    Buffer.from('[').toString('base64url'),
  ])('that is none of ours (%j) is no place', (text) => expect(readCursor(text)).toBeUndefined());
});

describe('a page', () => {
  const rows = [1, 2, 3].map((turn) => ({ ...place, turn }));

  test('that is full and not the last leads on from its last row', () => {
    const page = pageOf(rows, 2, (row) => row);
    expect(page.rows).toEqual(rows.slice(0, 2));
    expect(readCursor(page.next ?? '')).toEqual(place);
  });

  test.each([3, 4])('that holds all there is (room for %i) leads nowhere', (limit) =>
    expect(pageOf(rows, limit, (row) => row)).toEqual({ rows, next: null }),
  );
});
