import type { Configuration } from '../config/environment.ts';
import { historyKeysIn } from '../config/history-keys.ts';
import { openDatabase, type Queries } from '../db/database.ts';
import { createSubjectKeyStore } from '../db/subject-keys.ts';
import { normaliseEmail } from '../leads/email.ts';
import { createHasher } from '../privacy/hasher.ts';
import { createKeyring } from '../privacy/keyring.ts';
import { createHistoryCodec, type HistoryCodec } from '../privacy/payload-codec.ts';
import { createReceipts } from '../privacy/receipts.ts';
import type { Logger } from '../telemetry/log.ts';

/** What needs no provider and no workflow, so that the command line starts without loading them. */
export const tenantId = 'default';

/** A pool per purpose: events are accepted and finished also while everything else waits for a connection. */
export function openPool(configuration: Configuration, log: Logger, purpose: string, maxConnections: number) {
  return openDatabase({
    url: configuration.DATABASE_URL,
    applicationName: `causeway-${purpose}`,
    maxConnections,
    onIdleError: (error) => log.warn({ purpose, reason: error.name }, 'an idle database connection broke'),
  });
}

export const hasherOf = (configuration: Configuration) => createHasher(Buffer.from(configuration.HASH_KEY, 'base64'));

export function keyringOf(configuration: Configuration, queries: Queries) {
  const masterKey = Buffer.from(configuration.MASTER_KEY, 'base64');
  return createKeyring({
    masterKey,
    hasher: hasherOf(configuration),
    store: createSubjectKeyStore(queries),
    mailboxOf: (email) => normaliseEmail(email).email_key,
  });
}

export const receiptsOf = (configuration: Configuration) =>
  createReceipts(Buffer.from(configuration.MASTER_KEY, 'base64'));

/** Told once per key: a worker meets each payload of a history again and again. */
export function historyCodecOf(configuration: Configuration, log: Logger): HistoryCodec {
  const told = new Set<string>();
  return createHistoryCodec({
    keys: historyKeysIn(configuration.HISTORY_KEYS ?? ''),
    encrypts: configuration.HISTORY_CODEC === 'on',
    onUnreadable(keyId) {
      if (!told.has(keyId)) log.error({ history_key: keyId }, 'a history does not open with the keys of HISTORY_KEYS');
      told.add(keyId);
    },
  });
}
