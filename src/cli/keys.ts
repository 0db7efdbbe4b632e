import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ApiKeys } from '../operations/api-keys.ts';
import { type Command, type Output, UsageError } from './command.ts';
import { formatTable } from './table.ts';

const who = 'operator (cli)';

const wanted = z.object({
  name: z.string('--name: who uses the key').trim().min(1, '--name: who uses the key').max(100),
  source: z.array(z.string().regex(/^[A-Za-z0-9_.-]{1,50}$/, '--source: letters, digits, _ . and -')).optional(),
  'per-minute': z.coerce.number().int().min(1, '--per-minute: a whole number above 0').optional(),
  'reads-leads': z.boolean().default(false),
});

/** `keys`: the keys by which senders of leads are known. */
export function keysCommand(withKeys: (work: (keys: ApiKeys) => Promise<boolean>) => Promise<boolean>): Command {
  async function create(values: unknown, output: Output): Promise<boolean> {
    const parsed = wanted.safeParse(values);
    if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ message }) => message).join('\n'));
    const { name, source = null, 'per-minute': perMinute = null, 'reads-leads': readsLeads } = parsed.data;
    return withKeys(async (keys) => {
      const { id, key } = await keys.create({ name, sources: source, perMinute, readsLeads }, who);
      output.out(key);
      output.error(`made for ${name}; keep it now, it is not shown again. Revoke it by: keys revoke ${id}`);
      return true;
    });
  }

  const list = (json: boolean, output: Output): Promise<boolean> =>
    withKeys(async (keys) => {
      const found = await keys.list();
      if (json) output.out(JSON.stringify({ keys: found }));
      else if (found.length === 0) output.out('there are no keys');
      else {
        const rows = found.map(({ id, name, sources, perMinute, readsLeads, createdAt, revokedAt }) => [
          id,
          name,
          sources?.join(', ') ?? 'any',
          perMinute === null ? 'any number' : `${perMinute} a minute`,
          readsLeads ? 'events, leads' : 'events',
          createdAt.slice(0, 19),
          revokedAt?.slice(0, 19) ?? '-',
        ]);
        for (const line of formatTable(['id', 'name', 'sources', 'requests', 'reads', 'created', 'revoked'], rows)) {
          output.out(line);
        }
      }
      return true;
    });

  const revoke = (id: string, output: Output): Promise<boolean> =>
    withKeys(async (keys) => {
      const done = await keys.revoke(id, who);
      if (done) output.out(`${id} is revoked`);
      else output.error(`no key with the id '${id}' is in use; npm run causeway -- keys list shows them`);
      return done;
    });

  return {
    name: 'keys',
    summary: 'create, list and revoke the API keys of senders',
    help: `Usage: npm run causeway -- keys create --name <who> [--source <source>]... [--per-minute <n>] [--reads-leads]
       npm run causeway -- keys list [--json]
       npm run causeway -- keys revoke <id>

A sender shows its key in the header x-api-key at POST /ingest, and reads by it what became of its own events, by their ids. The key is printed once, when it is made; only a digest of it is
kept. A revoked key is refused from the next request on.

  --source <source>   the key may send for this source only; may be said several times; any source without it
  --per-minute <n>    so many requests within a minute; any number without it
  --reads-leads       the key may read leads too: make one that stands in no page`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          name: { type: 'string' },
          source: { type: 'string', multiple: true },
          'per-minute': { type: 'string' },
          'reads-leads': { type: 'boolean', default: false },
          json: { type: 'boolean', default: false },
        },
      });
      const [what, id] = positionals;
      if (what === 'create' && id === undefined) return create(values, output);
      if (what === 'list' && id === undefined) return list(values.json, output);
      if (what === 'revoke' && id !== undefined) return revoke(id, output);
      throw new UsageError('say create, list, or revoke with the id of a key');
    },
  };
}
