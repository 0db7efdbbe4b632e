import { sql } from 'drizzle-orm';
import { createHasher } from '../src/privacy/hasher.ts';
import { createKeyring } from '../src/privacy/keyring.ts';
import { open } from '../src/privacy/sealing.ts';
import { createSubjectKeyStore } from '../src/db/subject-keys.ts';
import type { Causeway } from './causeway.ts';

type Row = {
  id: string;
  path: string;
  message: string;
  correlationId: string;
  sealed: Buffer;
  keyId: string;
  wrapped: Buffer;
};

export function keyringOf({ configuration, queries }: Pick<Causeway, 'configuration' | 'queries'>) {
  return createKeyring({
    masterKey: Buffer.from(configuration.MASTER_KEY, 'base64'),
    hasher: createHasher(Buffer.from(configuration.HASH_KEY, 'base64')),
    store: createSubjectKeyStore(queries),
  });
}

/** What is kept of refused events, oldest first; `raw` is opened with the key that the row names. */
export async function violationRows(causeway: Pick<Causeway, 'configuration' | 'queries'>) {
  const { rows } = await causeway.queries.execute<Row>(sql`
    select v.id, v.path, v.message, v.correlation_id as "correlationId", v.sealed, k.id as "keyId", k.wrapped
    from schema_violations v join subject_keys k on k.id = v.subject_key_id order by v.received_at, v.path`);
  const keyring = keyringOf(causeway);
  return rows.map(({ sealed, keyId, wrapped, ...row }) => {
    const raw = open(keyring.unwrap({ id: keyId, wrapped }).key, `violation:${row.id}`, sealed);
    return { ...row, sealedLength: sealed.length, raw };
  });
}
