import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchPort, WarehousePort } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import { findInTables } from '../db/residue.ts';
import { eachSealedValue, sealedColumns } from '../db/sealed-values.ts';
import { findsOneOf } from '../privacy/finds-one-of.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { open } from '../privacy/sealing.ts';
import type { Histories } from '../temporal/histories.ts';

/** All of a store is read. */
const timeoutMs = 600_000;

export interface ResidueReport {
  /** What was looked through: tables, sealed columns, `warehouse`, `histories`, and files. */
  looked: string[];
  /** How many rows, values, files or executions say one of the texts, by where; empty when none does. */
  found: Record<string, number>;
}

/**
 * Looks for texts, such as a person's address, in everything that is kept: every row of every table, every sealed value that
 * still opens, the warehouse, the search index, every execution that Temporal knows, decrypted, and files such as logs. It reads all of it.
 */
export function createResidueScan(options: {
  queries: Queries;
  keyring: Keyring;
  warehouse: WarehousePort | undefined;
  search: SearchPort | undefined;
  histories: Histories;
}) {
  const { queries, keyring, warehouse, search, histories } = options;

  async function inSealed(finds: (text: string) => boolean): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const column of sealedColumns) {
      await eachSealedValue(queries, column, (values) => {
        for (const { context, keyId, wrappedKey, sealed } of values) {
          const { key } = keyring.unwrap({ id: keyId, wrapped: wrappedKey });
          if (finds(open(key, context, sealed).toString('utf8'))) found[column] = (found[column] ?? 0) + 1;
        }
      });
    }
    return found;
  }

  return async function scan(texts: readonly string[], paths: readonly string[] = []): Promise<ResidueReport> {
    const finds = findsOneOf(texts);
    const files = await filesBelow(paths);
    const found: Record<string, number> = {
      ...(await findInTables(queries, texts)),
      ...(await inSealed(finds)),
      histories: await histories.count(finds),
      ...(warehouse && { warehouse: (await warehouse.filesWith(texts, { timeoutMs })).length }),
      ...(search && { search: (await search.documentsWith(texts, { timeoutMs })).length }),
    };
    for (const file of files) found[file] = finds(await readFile(file, 'utf8')) ? 1 : 0;
    return {
      looked: [
        'tables',
        'sealed values',
        'histories',
        ...(warehouse ? ['warehouse'] : []),
        ...(search ? ['search'] : []),
        ...files,
      ],
      found: Object.fromEntries(Object.entries(found).filter(([, count]) => count > 0)),
    };
  };
}

export type ResidueScan = ReturnType<typeof createResidueScan>;

async function filesBelow(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) files.push(path);
    else {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      files.push(...entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)));
    }
  }
  return files;
}
