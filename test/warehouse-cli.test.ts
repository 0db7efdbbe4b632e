import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBucket } from '../sandbox/bucket/server.ts';
import { childEnvironment } from '../src/config/environment.ts';
import { createWarehouse } from '../src/connectors/warehouse/index.ts';
import { createTestDatabase } from './database.ts';
import { alone, temporaryFolder } from './warehouse.ts';
import { call, lead } from './warehouse-lead.ts';

/** Protects what operators see of the warehouse, and what it says when it cannot do what they ask. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function causeway(args: string[], environment: Record<string, string>) {
  const env = childEnvironment({ DATABASE_URL: database.url, ...environment });
  const program = join(import.meta.dirname, '..', 'src', 'main', 'cli.ts');
  return new Promise<{ code: number; out: string; error: string }>((resolve) => {
    execFile(process.execPath, [program, 'warehouse', ...args], { env, timeout: 50_000 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out: out.trim(), error: stderr.trim() }),
    );
  });
}

async function withLeads() {
  const folder = await temporaryFolder();
  const warehouse = createWarehouse({ place: { folder }, alone });
  const first = lead({ first_name: '\u001B[31mred\u202E', message: `it's "x"` });
  await warehouse.put(first, call);
  await warehouse.put(lead({ received_at: new Date('2026-04-02T00:00:00Z'), first_name: 'Grace' }), call);
  await warehouse.put(first, call);
  return { WAREHOUSE_PATH: folder };
}

describe('warehouse query', () => {
  it('prints a table that cannot steer the terminal', async () => {
    const { code, out } = await causeway(
      ['query', 'select first_name, consent from leads order by received_at'],
      await withLeads(),
    );
    expect({ code, out }).toEqual({
      code: 0,
      out: ['first_name  consent', '----------  -------', ' [31mred    true', 'Grace       true', '2 rows'].join('\n'),
    });
  });

  it('prints one JSON object with the values as they are', async () => {
    const sql = 'select message, count(*) as times from leads group by all';
    const { code, out } = await causeway(['query', sql, '--to', '2026-04-01', '--json'], await withLeads());
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ columns: ['message', 'times'], rows: [[`it's "x"`, '1']], cut: false });
  });

  it('says in the words of the database what is wrong with a statement', async () => {
    const { code, out, error } = await causeway(['query', 'select nme from leads'], await withLeads());
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain('Referenced column "nme" not found');
  });

  it('reads a bucket as it reads a folder', async () => {
    const bucket = await startBucket('leads');
    onTestFinished(() => bucket.close());
    const { WAREHOUSE_PATH: folder } = await withLeads();
    for (const name of await readdir(folder, { recursive: true })) {
      if (name.endsWith('.parquet')) bucket.objects.set(`of/us/${name}`, await readFile(join(folder, name)));
    }
    const { out, error } = await causeway(['query', 'select count(*) as leads from leads'], {
      WAREHOUSE_URL: `${bucket.url}/leads/of/us`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    expect({ out, error }).toEqual({ out: ['leads', '-----', '2', '1 row'].join('\n'), error: '' });
  });

  it('says that no warehouse is configured, and how one is', async () => {
    const { code, error } = await causeway(['query', 'select 1'], {});
    expect(code).toBe(1);
    expect(error).toMatch(/no warehouse is configured: set WAREHOUSE_PATH .* or WAREHOUSE_URL/);
  });

  it.each([
    [['query'], `say 'warehouse query "<select>"'`],
    [['query', 'select', '1'], 'with the statement in quotes'],
    [['compact', 'now'], "or 'warehouse compact'"],
    [['query', 'select 1', '--from', 'monday'], '--from: a day, such as 2026-03-31'],
  ])('called as %j says how it is called', async (args, problem) => {
    const { code, error } = await causeway(args, {});
    expect(code).toBe(2);
    expect(error).toContain(problem);
  });
});

describe('warehouse compact', () => {
  it('says what it made one file of, and then that there is nothing more to do', async () => {
    const place = await withLeads();
    expect((await causeway(['compact'], place)).out).toMatch(/^2026-03-31  2 +1$/m);
    expect((await causeway(['compact'], place)).out).toBe('nothing to compact: no day has more than one file');
  });
});
