import { z } from 'zod';
import type { Send } from './client.ts';
import { anything, listIndices, refresh } from './indices.ts';

const perPage = 500;
const keptFor = '1m';

const page = z.object({
  _scroll_id: z.string(),
  hits: z.object({ hits: z.array(z.object({ _id: z.string(), _source: z.unknown() })) }),
});
type Hit = z.infer<typeof page>['hits']['hits'][number];

/** The ids of all documents, in every index of ours, in which one of the texts is found: in a value, a name of a field, or the id. */
export async function documentsWith(send: Send, alias: string, texts: readonly string[]): Promise<string[]> {
  const wanted = texts.filter((text) => text !== '').map((text) => text.toLowerCase());
  const { all } = await listIndices(send, alias);
  if (all.length === 0 || wanted.length === 0) return [];
  await refresh(send, all);
  const ids = new Set<string>();
  for await (const { _id: id, _source: source } of everyDocument(send, all)) {
    const held = [id, ...textsIn(source)].map((text) => text.toLowerCase());
    if (wanted.some((text) => held.some((each) => each.includes(text)))) ids.add(id);
  }
  return [...ids];
}

/** Reads the documents themselves: what an index leaves out of its words, and parts of a word, are found as well. */
async function* everyDocument(send: Send, indices: readonly string[]): AsyncGenerator<Hit> {
  let answer = await send(page, (engine) =>
    engine.search({ index: [...indices], scroll: keptFor, size: perPage, body: { sort: ['_doc'] } }),
  );
  try {
    while (answer.hits.hits.length > 0) {
      yield* answer.hits.hits;
      const { _scroll_id: scrollId } = answer;
      answer = await send(page, (engine) => engine.scroll({ body: { scroll_id: scrollId, scroll: keptFor } }));
    }
  } finally {
    const { _scroll_id: scrollId } = answer;
    await send(anything, (engine) => engine.clearScroll({ body: { scroll_id: [scrollId] } }));
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value) ?? ''];
  return Object.entries(value).flatMap(([name, held]) => [name, ...textsIn(held)]);
}

const ids = z.object({ hits: z.object({ hits: z.array(z.object({ _id: z.string() })) }) });

/** A page of the ids where the alias leads to, in their order. */
export async function listIds(send: Send, alias: string, after: string | undefined, limit: number): Promise<string[]> {
  const { hits } = await send(ids, (engine) =>
    engine.search({
      index: alias,
      ignore_unavailable: true,
      body: {
        size: limit,
        _source: false,
        track_total_hits: false,
        sort: [{ id: 'asc' }],
        ...(after !== undefined && { search_after: [after] }),
      },
    }),
  );
  return hits.hits.map(({ _id: id }) => id);
}
