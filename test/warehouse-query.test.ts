import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWarehouse } from '../src/connectors/warehouse/index.ts';
import { all, alone, temporaryFolder } from './warehouse.ts';
import { call, lead } from './warehouse-lead.ts';

/** Protects the host, and the files themselves, from what somebody writes as a query. */

async function opened() {
  const folder = await temporaryFolder();
  const warehouse = createWarehouse({ place: { folder }, alone });
  const { file } = await warehouse.put(lead(), call);
  return { folder, warehouse, file: join(folder, file ?? '') };
}

const outside = new URL('../package.json', import.meta.url).pathname;

describe('a query', () => {
  it.each([
    `select * from read_csv('/etc/passwd')`,
    `select * from read_text('${outside}')`,
    `select * from read_blob('${outside}')`,
    `select * from read_json('${outside}')`,
    `select * from '${outside}'`,
    `select * from sniff_csv('/etc/passwd')`,
    `select * from glob('/etc/*')`,
    `select * from query('select * from read_text(''/etc/passwd'')')`,
    `select * from query('copy (select 1) to ''FOLDER/stolen.csv''')`,
    `select * from read_parquet('http://127.0.0.1:9/x.parquet')`,
    `select * from read_parquet('s3://bucket/x.parquet')`,
    `select getenv('HOME')`,
    `select * from duckdb_secrets()`,
    `copy (select 1) to 'FOLDER/stolen.csv'`,
    `copy (select 1) to 'FILE' (format parquet, use_tmp_file false)`,
    `copy leads to 'FILE' (format parquet, use_tmp_file false)`,
    `export database 'FOLDER'`,
    `pragma import_database('/etc')`,
    `attach 'FOLDER/own.duckdb'`,
    `install httpfs`,
    `load httpfs`,
    `set enable_external_access = true`,
    `set memory_limit = '100GB'`,
    `reset lock_configuration`,
    `create table t (a int)`,
    `drop view leads`,
    `insert into superseded values ('a', 1)`,
    `create secret (type s3)`,
    `create macro f() as 1`,
    `call pragma_version()`,
    `explain analyze select * from leads`,
    `prepare p as select 1`,
    `select 1; select 2`,
    `select 1; copy (select 1) to 'FILE' (format parquet, use_tmp_file false)`,
    ``,
    `-- nothing`,
    `selec 1`,
    `select * from nowhere`,
  ])('is refused when it is %j, and nothing is changed', async (statement) => {
    const { folder, warehouse, file } = await opened();
    const before = await readdir(folder, { recursive: true });
    const sql = statement.replaceAll('FOLDER', folder).replaceAll('FILE', file);
    const error: unknown = await warehouse.query(sql, all).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'QueryRefused', message: expect.stringMatching(/\S/) });
    expect(await readdir(folder, { recursive: true })).toEqual(before);
    expect((await warehouse.query('select count(*)::int from leads', all)).rows).toEqual([[1]]);
  });

  it.each([
    'select 1',
    'from leads',
    'with l as (select * from leads) select count(*) from l',
    'describe leads',
    'summarize leads',
  ])('is answered when it is %j', async (sql) => {
    const { warehouse } = await opened();
    expect((await warehouse.query(sql, all)).rows.length).toBeGreaterThan(0);
  });

  it('ends with its time, and says no more of it', async () => {
    const { warehouse } = await opened();
    const endless = 'select count(*) from range(10000000) a, range(10000000) b where a.range * b.range % 7 = 3';
    await expect(warehouse.query(endless, { ...all, timeoutMs: 1_500 })).rejects.toMatchObject({ kind: 'Timeout' });
  });

  it('ends with its memory, and says what to do', async () => {
    const { warehouse } = await opened();
    await expect(warehouse.query('select list(range) from range(1000000000)', all)).rejects.toThrow(
      /needs more than 512 MB; ask for fewer/,
    );
  });

  it('brings no more rows than were asked for, and says that there are more', async () => {
    const { warehouse } = await opened();
    const answer = await warehouse.query('select range from range(1000000000)', { ...all, maxRows: 3 });
    expect(answer).toEqual({ columns: ['range'], rows: [['0'], ['1'], ['2']], cut: true });
  });

  it('of a warehouse with nothing in it is answered', async () => {
    const folder = `${await temporaryFolder()}/it's not made yet`;
    const warehouse = createWarehouse({ place: { folder }, alone });
    expect(await warehouse.query('select * from leads', all)).toMatchObject({ rows: [], cut: false });
    await warehouse.put(lead(), call);
    expect((await warehouse.query('select email from leads', all)).rows).toEqual([['ada@example.com']]);
  });
});
