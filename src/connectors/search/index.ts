import { z } from 'zod';
import type { SearchPort } from '../ports.ts';
import { createSearchClient } from './client.ts';
import { eraseDocuments, fillIndex, heldDocuments, indexDocument } from './documents.ts';
import { anything, createIndex, ensureIndex, listIndices, refresh, removeIndices } from './indices.ts';
import { searchLeads } from './query.ts';
import { documentsWith, listIds } from './scan.ts';

const information = z.object({ version: z.object({ distribution: z.string().optional(), number: z.string() }) });
const counted = z.object({ count: z.number() });

/** Leads in OpenSearch, or whatever speaks its protocol, whose client is loaded by the first call. */
export function createSearch({ url, alias }: { url: string; alias: string }): SearchPort {
  const ask = createSearchClient(url);
  return {
    index: (versioned, { timeoutMs }) =>
      ask('index', timeoutMs, async (send) => {
        await indexDocument(send, alias, versioned);
        return { document: versioned.document.id };
      }),

    erase: (leadIds, { timeoutMs }) =>
      ask('erase', timeoutMs, async (send) => (await eraseDocuments(send, alias, leadIds)).size),

    holds: (leadIds, { timeoutMs }) =>
      ask('holds', timeoutMs, async (send) => [...(await heldDocuments(send, alias, leadIds))]),

    documentsWith: (texts, { timeoutMs }) =>
      ask('documentsWith', timeoutMs, (send) => documentsWith(send, alias, texts)),

    search: ({ timeoutMs, ...request }) => ask('search', timeoutMs, (send) => searchLeads(send, alias, request)),

    status: ({ timeoutMs }) =>
      ask('status', timeoutMs, async (send) => {
        const { version } = await send(information, (engine) => engine.info());
        const { adopted } = await listIndices(send, alias);
        await refresh(send, adopted);
        const { count } = await send(counted, (engine) => engine.count({ index: alias, ignore_unavailable: true }));
        const name = version.distribution === 'opensearch' ? 'OpenSearch' : 'Elasticsearch';
        return { engine: `${name} ${version.number}`, index: adopted[0] ?? null, documents: count };
      }),

    beginIndex: ({ timeoutMs }) =>
      ask('beginIndex', timeoutMs, async (send) => {
        // From now on nobody who finds none makes one, which would stand in the way when the new one is adopted.
        await ensureIndex(send, alias);
        const { adopted, all } = await listIndices(send, alias);
        await removeIndices(
          send,
          all.filter((index) => !adopted.includes(index)),
        );
        const index = `${alias}-v${Date.now()}`;
        await createIndex(send, index, {});
        return index;
      }),

    fillIndex: (index, documents, { timeoutMs }) =>
      ask('fillIndex', timeoutMs, (send) => fillIndex(send, index, documents)),

    adoptIndex: (index, { timeoutMs }) =>
      ask('adoptIndex', timeoutMs, async (send) => {
        await refresh(send, [index]);
        const { adopted } = await listIndices(send, alias);
        const former = adopted.filter((name) => name !== index);
        const actions = [
          ...former.map((name) => ({ remove: { index: name, alias } })),
          { add: { index, alias, is_write_index: true } },
        ];
        await send(anything, (engine) => engine.indices.updateAliases({ body: { actions } }));
        await removeIndices(send, former);
      }),

    listIds: (after, limit, { timeoutMs }) => ask('listIds', timeoutMs, (send) => listIds(send, alias, after, limit)),
  };
}
