import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Causeway } from './causeway.ts';

/** Texts that stand for something personal, and everything that a run leaves behind, to look for them in it. */

export type Canaries = Readonly<Record<string, string>>;

export const canary = (kind: string): string => `${kind}-${randomUUID().slice(0, 8)}`;

/** Every text in a value, bytes read as UTF-8 and as Latin-1, one a line. */
export function textsOf(value: unknown): string {
  if (typeof value === 'string') return `${value}\n`;
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return `${bytes.toString('utf8')}\n${bytes.toString('latin1')}\n`;
  }
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, inner]) => `${name}\n${textsOf(inner)}`)
    .join('');
}

/** What Temporal knows of an execution: payloads, headers, memo, search attributes and failures, decoded. */
export async function executionTexts({ client }: Pick<Causeway, 'client'>, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  return textsOf([await handle.fetchHistory(), (await handle.describe()).raw]);
}

/** All rows of all tables as text, bytes as they are written (in hex) and read again as UTF-8 and Latin-1. */
export async function rowTexts(
  { queries }: Pick<Causeway, 'queries'>,
  without: readonly string[] = [],
): Promise<string> {
  const { rows: tables } = await queries.execute<{ name: string }>(
    sql`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  let text = '';
  for (const { name } of tables.filter((table) => !without.includes(table.name))) {
    const { rows } = await queries.execute<{ row: string }>(sql.raw(`select t::text as row from ${name} t`));
    for (const { row } of rows) {
      const bytes = [...row.matchAll(/\\x((?:[0-9a-f]{2})+)/g)].map(([, hex = '']) => Buffer.from(hex, 'hex'));
      text += `${name} ${row}\n${textsOf(bytes)}`;
    }
  }
  return text;
}

/** A canary as it stands, and as it looks in hex and in base64, wherever in a text it begins. */
function formsOf(text: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(`${' '.repeat(offset)}${text}`)
      .toString('base64')
      .slice(offset === 0 ? 0 : offset + 1, -4),
  );
  return [text, Buffer.from(text).toString('hex'), ...base64].map((form) => form.toLowerCase());
}

/** The names of the canaries that a text says. */
export function canariesIn(text: string, canaries: Canaries): string[] {
  const lower = text.toLowerCase();
  return Object.entries(canaries)
    .filter(([, value]) => formsOf(value).some((form) => lower.includes(form)))
    .map(([name]) => name);
}
