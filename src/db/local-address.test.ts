import { expect, test } from 'vitest';
import { foldersTo } from './local-access.ts';
import { parseDatabaseAddress } from './local-address.ts';

test('an address is read into its parts, decoded', () => {
  expect(parseDatabaseAddress('postgres://me:p%40ss@127.0.0.1:54329/causeway')).toEqual({
    host: '127.0.0.1',
    port: 54329,
    user: 'me',
    password: 'p@ss',
    database: 'causeway',
    local: true,
  });
});

test('what is left out has the usual value, and another host is not ours to start', () => {
  expect(parseDatabaseAddress('postgresql://me@db.internal')).toMatchObject({
    port: 5432,
    database: 'me',
    local: false,
  });
});

test('every folder on the way is looked at, from the top', () => {
  expect(foldersTo('/a/b')).toEqual(['/', '/a', '/a/b']);
});
