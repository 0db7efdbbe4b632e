import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startBucket } from '../sandbox/bucket/server.ts';
import type { WarehousePort } from '../src/connectors/ports.ts';
import { createFolder } from '../src/connectors/warehouse/folder.ts';
import { createWarehouse, warehouseOver } from '../src/connectors/warehouse/index.ts';
import type { Storage } from '../src/connectors/warehouse/storage.ts';
import { VendorError } from '../src/domain/failure.ts';
import { all, alone, messages, temporaryFolder } from './warehouse.ts';
import { call, lead } from './warehouse-lead.ts';

/** Protects what analysts read: every lead once, as it was sent, in its last version; and that what is erased is gone. */

type Bucket = Awaited<ReturnType<typeof startBucket>>;
let bucket: Bucket;

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test').stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  bucket = await startBucket('leads');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await bucket.close();
});

const bucketPlace = (prefix: string) => ({ bucket: 'leads', prefix, endpoint: bucket.url, region: 'us-east-1' });

/** A warehouse of a test's own, and the bytes of every file in it. */
async function inFolder() {
  const folder = await temporaryFolder();
  const files = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(
      await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const)),
    );
  };
  return { warehouse: createWarehouse({ place: { folder }, alone }), files, folder };
}

async function inBucket() {
  const prefix = `some/${randomUUID()}`;
  const files = async () =>
    new Map(
      [...bucket.objects]
        .filter(([key]) => key.startsWith(`${prefix}/`))
        .map(([key, bytes]) => [key.slice(prefix.length + 1), bytes] as const),
    );
  return { warehouse: createWarehouse({ place: bucketPlace(prefix), alone }), files, folder: undefined };
}

const putAll = async (warehouse: WarehousePort, leads: ReturnType<typeof lead>[]) => {
  for (const row of leads) await warehouse.put(row, call);
};

const oddTexts = [
  `it's "quoted"; drop table leads; --`,
  '=1+1',
  '@SUM(A1)',
  '\u202Eright to left\u202C مرحبا',
  '👩‍👩‍👧‍👦 emoji',
  'tab\there\nnew line\r\n\u0001\u001B[31m\u007F',
  'back\\slash %s $1 ${x} {{y}}',
  'x'.repeat(10_000),
  ' NULL ',
  '',
  'e\u0301 not composed',
];

describe.each([
  ['a folder', inFolder],
  ['a bucket', inBucket],
])('a warehouse in %s', (_, open) => {
  it('gives every value back as it was put, whatever is in it', async () => {
    const { warehouse } = await open();
    const rows = oddTexts.map((text) =>
      lead({ first_name: text, email: text, message: text, utm_term: text, metadata: { [text]: [text, 1, null] } }),
    );
    await putAll(warehouse, rows);
    const columns =
      'event_id, first_name, email, message, utm_term, metadata, utm_medium, consent, received_at, received_date';
    const before = await warehouse.query(`select ${columns} from leads`, all);
    await warehouse.compact({}, call);
    const after = await warehouse.query(`select ${columns} from leads`, all);
    for (const { rows: read } of [before, after]) {
      expect(new Map(read.map(([id, ...values]) => [id, values]))).toEqual(
        new Map(
          rows.map((row) => {
            const text = row.first_name;
            const values = [text, text, text, text, JSON.stringify(row.metadata), null, true];
            return [row.event_id, [...values, '2026-03-31 23:59:59.123', '2026-03-31']];
          }),
        ),
      );
    }
  });

  it('keeps a mark of byte order at the beginning of a text', async () => {
    const { warehouse } = await open();
    await warehouse.put(lead({ message: '\uFEFFmarked' }), call);
    // The library drops it from what it reads, so the comparison is made in the database.
    const { rows } = await warehouse.query(`select message = chr(65279) || 'marked' from leads`, all);
    expect(rows).toEqual([[true]]);
  });

  it('has timestamps, truth values and JSON that analysts can reckon with', async () => {
    const { warehouse } = await open();
    await warehouse.put(lead(), call);
    const answer = await warehouse.query(
      `select typeof(received_at), typeof(consent), received_at + interval 1 second, metadata->>'page' as page from leads`,
      all,
    );
    expect(answer.rows).toEqual([['TIMESTAMP', 'BOOLEAN', '2026-04-01 00:00:00.123', '/pricing']]);
    expect(answer.columns[3]).toBe('page');
  });

  it('has one row for an event that is put again, the last one, compacted or not', async () => {
    const { warehouse, files } = await open();
    const [first, other] = [lead({ message: 'first' }), lead({ message: 'other' })];
    await putAll(warehouse, [first, other, { ...first, message: 'second' }]);
    const second = { [first.event_id]: ['second'], [other.event_id]: ['other'] };
    expect(await messages(warehouse)).toEqual(second);
    expect(await warehouse.compact({}, call)).toEqual([{ day: '2026-03-31', files: 3, rows: 2 }]);
    expect(await messages(warehouse)).toEqual(second);
    await warehouse.put({ ...first, message: 'third' }, call);
    const third = { ...second, [first.event_id]: ['third'] };
    expect(await messages(warehouse)).toEqual(third);
    await warehouse.compact({}, call);
    expect(await messages(warehouse)).toEqual(third);
    expect((await files()).size).toBe(1);
    expect(await warehouse.compact({}, call)).toEqual([]);
  });

  it('keeps the row that was updated last, though an older one comes later', async () => {
    const { warehouse } = await open();
    const row = lead({ message: 'new', updated_at: new Date('2026-04-02T00:00:00Z') });
    await putAll(warehouse, [row, { ...row, message: 'old', updated_at: new Date('2026-04-01T00:00:00Z') }]);
    expect(await messages(warehouse)).toEqual({ [row.event_id]: ['new'] });
    await warehouse.compact({}, call);
    expect(await messages(warehouse)).toEqual({ [row.event_id]: ['new'] });
  });

  it('reads only the days that are asked for', async () => {
    const { warehouse } = await open();
    const days = ['2026-03-30', '2026-03-31', '2026-04-01'];
    await putAll(
      warehouse,
      days.map((day) => lead({ received_at: new Date(`${day}T12:00:00Z`) })),
    );
    const read = async (from?: string, to?: string) =>
      (await warehouse.query('select received_date from leads order by 1', { ...all, from, to })).rows.flat();
    expect(await read()).toEqual(days);
    expect(await read('2026-03-31')).toEqual(days.slice(1));
    expect(await read('2026-03-31', '2026-03-31')).toEqual(['2026-03-31']);
    expect(await read('2027-01-01')).toEqual([]);
  });

  it('has nothing of an erased event in any file, neither in the bytes nor in the rows, and all of the others', async () => {
    const { warehouse, files } = await open();
    const canary = `canary-${randomUUID()}`;
    const quoted = `${canary} "said" O'Neil\n`;
    const person = lead({ email: `${canary}@example.com`, message: quoted, metadata: { note: quoted } });
    const others = [lead(), lead(), lead({ received_at: new Date('2026-04-01T00:00:00Z') })];
    await putAll(warehouse, [person, ...others]);
    await warehouse.compact({}, call);
    const again = { ...person, message: `${canary} again` };
    await warehouse.put(again, call);
    expect(await warehouse.filesWith([canary.toUpperCase()], call)).toHaveLength(2);
    expect(await warehouse.filesWith([`O'Neil\n`], call)).toHaveLength(2);
    expect(await warehouse.holds([person.event_id, randomUUID()], call)).toEqual([person.event_id]);
    expect([...(await files()).values()].some((bytes) => bytes.includes(canary))).toBe(true);

    expect(await warehouse.erase([person.event_id], call)).toBe(2);
    expect(await warehouse.filesWith([canary, quoted], call)).toEqual([]);
    expect(await warehouse.holds([person.event_id], call)).toEqual([]);
    expect([...(await files()).entries()].filter(([, bytes]) => bytes.includes(canary))).toEqual([]);
    expect(Object.keys(await messages(warehouse)).toSorted()).toEqual(others.map((row) => row.event_id).toSorted());
    expect(await warehouse.erase([person.event_id], call)).toBe(0);
  });

  it('removes the file of a day on which nobody is left', async () => {
    const { warehouse, files } = await open();
    const rows = [lead(), lead()];
    await putAll(warehouse, rows);
    await warehouse.compact({}, call);
    const ids = rows.map((row) => row.event_id);
    expect(await warehouse.erase(ids, call)).toBe(2);
    expect((await files()).size).toBe(0);
    expect(await messages(warehouse)).toEqual({});
  });

  it('answers every look while compactions, erasures and new rows go on beside it', async () => {
    const { warehouse } = await open();
    const kept = Array.from({ length: 12 }, () => lead());
    const gone = Array.from({ length: 4 }, () => lead());
    await putAll(warehouse, [...kept, ...gone]);
    const ids = kept.map((row) => row.event_id).toSorted();
    const state = { isDone: false };
    const rewrite = async () => {
      for (const row of gone) {
        await warehouse.compact({}, call);
        await warehouse.erase([row.event_id], call);
        await putAll(warehouse, kept.slice(0, 3));
      }
    };
    const look = async () => {
      while (!state.isDone) {
        const { rows } = await warehouse.query('select event_id from leads', all);
        const read = rows.map(([id]) => String(id)).filter((id) => ids.includes(id));
        expect(read.toSorted()).toEqual(ids);
      }
    };
    await Promise.all([rewrite().finally(() => (state.isDone = true)), look()]);
    expect(Object.keys(await messages(warehouse)).toSorted()).toEqual(ids);
  });

  it('takes no id that is not a UUID into a path', async () => {
    const { warehouse, files } = await open();
    const put = warehouse.put(lead({ event_id: '../../outside' }), call);
    await expect(put).rejects.toBeInstanceOf(VendorError);
    expect((await files()).size).toBe(0);
  });
});

it('a folder and its files are read by their owner and its group, and by nobody else', async () => {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  const { warehouse, folder } = await inFolder();
  await putAll(warehouse, [lead()]);
  await warehouse.compact({}, call);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const modes = await Promise.all(
    entries.map(async (entry) => ({
      isFile: entry.isFile(),
      open: (await stat(join(entry.parentPath, entry.name))).mode & (entry.isFile() ? 0o137 : 0o027),
    })),
  );
  expect(modes.some(({ isFile }) => isFile)).toBe(true);
  expect(modes.filter(({ open }) => open !== 0)).toEqual([]);
});

it('a listing that overlaps with a compaction, and has neither what it read nor what it wrote, is not believed', async () => {
  const storage = createFolder(await temporaryFolder());
  const compactor = warehouseOver(storage, alone);
  const rows = [lead(), lead(), lead()];
  await putAll(compactor, rows);
  let isFirst = true;
  const list: Storage['list'] = async (days, signal) => {
    const before = await storage.list(days, signal);
    if (!isFirst) return before;
    isFirst = false;
    await compactor.compact({}, call);
    const after = await storage.list(days, signal);
    return before.filter((name) => after.includes(name));
  };
  const read = await messages(warehouseOver({ ...storage, list }, alone));
  expect(Object.keys(read).toSorted()).toEqual(rows.map((row) => row.event_id).toSorted());
});

it('a text that is in the bytes of a file and in none of its rows is found', async () => {
  const { warehouse, folder, files } = await inFolder();
  await warehouse.put(lead(), call);
  const name = [...(await files()).keys()][0] ?? '';
  const marked = name.replace(/\.(\d+)-/, '.1$1-');
  const connection = await DuckDBConnection.create();
  await connection.run(
    `copy (select * exclude (received_date) from read_parquet($1)) to $2 (format parquet, kv_metadata {note: 'canary-3'})`,
    [join(folder, name), join(folder, marked)],
  );
  connection.closeSync();
  expect(await warehouse.filesWith(['canary-3'], call)).toEqual([marked]);
});

describe('what a crash left in a folder', () => {
  it('is found by a search, and goes when its event is erased, or with the next compaction', async () => {
    const { warehouse, folder, files } = await inFolder();
    const id = randomUUID();
    const unfinished = join(folder, '.unfinished');
    await mkdir(unfinished);
    await writeFile(join(unfinished, `${id}.1-ab.parquet.cd.tmp`), 'half of canary-1');
    await writeFile(join(unfinished, 'compacted.1-ab.parquet.cd.tmp'), 'half of canary-2');
    expect(await warehouse.holds([id], call)).toEqual([id]);
    expect(await warehouse.filesWith(['canary-1', 'canary-2'], call)).toHaveLength(2);
    expect(await messages(warehouse)).toEqual({});
    await warehouse.erase([id], call);
    expect((await files()).size).toBe(0);
  });
});

async function failing(fault: Parameters<Bucket['fail']>[0], timeoutMs = call.timeoutMs) {
  bucket.fail(fault);
  const error: unknown = await createWarehouse({ place: bucketPlace(randomUUID()), alone })
    .put(lead({ email: 'canary@example.com' }), { timeoutMs })
    .catch((reason: unknown) => reason);
  return error instanceof VendorError ? error : undefined;
}

describe('a bucket that does not do as it is asked', () => {
  it.each([
    [{ method: 'PUT', status: 503, code: 'SlowDown' }, 'RateLimited'],
    [{ method: 'PUT', status: 500, code: 'InternalError' }, 'Unavailable'],
    [{ method: 'PUT', status: 403, code: 'AccessDenied' }, 'Unauthorized'],
    [{ method: 'PUT', status: 404, code: 'NoSuchBucket' }, 'Rejected'],
  ])('is told apart by its answer: %j', async (fault, kind) => {
    const before = bucket.calls();
    const error = await failing(fault);
    expect(error).toMatchObject({ provider: 'Warehouse', kind });
    expect(error?.message).not.toContain('canary');
    expect(bucket.calls() - before).toBe(1);
  });

  it('is given up when its time is over', async () => {
    expect(await failing({ method: 'PUT' }, 500)).toMatchObject({ kind: 'Timeout' });
  });

  it('that cannot be reached is said to be so', async () => {
    const place = { ...bucketPlace('x'), endpoint: 'http://127.0.0.1:9' };
    await expect(createWarehouse({ place, alone }).put(lead(), call)).rejects.toMatchObject({ kind: 'NotReached' });
  });
});
