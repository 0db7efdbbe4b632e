import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('columns are as wide as their widest cell, and lines end without spaces', () =>
  expect(
    formatTable(
      ['a', 'long heading'],
      [
        ['wide cell', 'b'],
        ['', ''],
      ],
    ),
  ).toEqual(['a          long heading', '---------  ------------', 'wide cell  b', '']));

test('a cell is one line, and no longer than it may be', () =>
  expect(formatTable(['a'], [['one\ntwo three']], 9)).toEqual(['a', '---------', 'one two …']));
