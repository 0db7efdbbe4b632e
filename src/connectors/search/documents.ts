import { z } from 'zod';
import type { SearchDocument, VersionedDocument } from '../ports.ts';
import type { Send } from './client.ts';
import { LineRefused, refusalOf } from './errors.ts';
import { anything, ensureIndex, listIndices } from './indices.ts';

const linesPerRequest = 1_000;

const line = z.object({ _id: z.string(), status: z.number(), error: z.object({ type: z.string() }).optional() });
const bulkAnswer = z.object({
  items: z.array(z.union([z.object({ index: line }), z.object({ delete: line })])),
});
const found = z.object({ docs: z.array(z.object({ _id: z.string(), found: z.boolean().optional() })) });

/** No write has a greater version, so that what is deleted with it stays deleted. */
const lastVersion = Number.MAX_SAFE_INTEGER;

const isConflict = ({ status, type }: { status: number; type?: string | undefined }): boolean =>
  status === 409 && type === 'version_conflict_engine_exception';

/** Writes one document where the alias leads to; what is there in a newer version stays. */
export async function indexDocument(
  send: Send,
  alias: string,
  { document, updatedAt }: VersionedDocument,
): Promise<void> {
  const write = () =>
    send(anything, (engine) =>
      engine.index({
        index: alias,
        id: document.id,
        body: fieldsOf(document),
        version: updatedAt.getTime(),
        version_type: 'external_gte',
        // Without it the engine would make an index of that name by itself, with any field in it.
        require_alias: true,
      }),
    );
  try {
    await write();
  } catch (error) {
    const refused = refusalOf(error);
    if (refused && isConflict(refused)) return;
    if (refused?.type !== 'index_not_found_exception') throw error;
    await ensureIndex(send, alias);
    await write();
  }
}

/** Writes many documents into one index; what is there in a newer version stays. */
export async function fillIndex(send: Send, index: string, documents: readonly VersionedDocument[]): Promise<void> {
  const lines = documents.map(({ document, updatedAt }) => [
    { index: { _index: index, _id: document.id, version: updatedAt.getTime(), version_type: 'external_gte' } },
    fieldsOf(document),
  ]);
  await bulk(send, lines, false);
}

/** Deletes from every index of ours and returns the ids that were in one. They can be seen nowhere when it returns. */
export async function eraseDocuments(send: Send, alias: string, ids: readonly string[]): Promise<Set<string>> {
  const { all } = await listIndices(send, alias);
  const lines = all.flatMap((index) =>
    ids.map((id) => [{ delete: { _index: index, _id: id, version: lastVersion, version_type: 'external_gte' } }]),
  );
  return bulk(send, lines, true);
}

export async function heldDocuments(send: Send, alias: string, ids: readonly string[]): Promise<Set<string>> {
  const { all } = await listIndices(send, alias);
  const held = new Set<string>();
  for (const index of all) {
    for (const some of chunksOf(ids)) {
      const { docs } = await send(found, (engine) => engine.mget({ index, _source: false, body: { ids: [...some] } }));
      for (const { _id: id, found: isThere } of docs) if (isThere === true) held.add(id);
    }
  }
  return held;
}

/** The ids on which something was done. */
async function bulk(send: Send, lines: readonly Record<string, unknown>[][], visible: boolean): Promise<Set<string>> {
  const done = new Set<string>();
  for (const some of chunksOf(lines)) {
    const { items } = await send(bulkAnswer, (engine) => engine.bulk({ body: some.flat(), refresh: visible }));
    for (const item of items) {
      const { _id: id, status, error } = 'index' in item ? item.index : item.delete;
      if (status < 300) done.add(id);
      else if (error && !isConflict({ status, type: error.type })) throw new LineRefused({ status, type: error.type });
    }
  }
  return done;
}

function chunksOf<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / linesPerRequest);
  return Array.from({ length: count }, (_, index) => all.slice(index * linesPerRequest, (index + 1) * linesPerRequest));
}

/** Named one by one: whatever else a caller holds does not reach the engine. */
const fieldsOf = ({ received_at: receivedAt, ...fields }: SearchDocument): Record<string, unknown> => ({
  ...fields,
  received_at: receivedAt.toISOString(),
});
