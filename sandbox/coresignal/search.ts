import { z } from 'zod';
import type { Answer, Call, Outcome } from '../vendor.ts';
import { remainingOf } from '../people/credits.ts';
import { coreSignalFailure } from './failure.ts';

/** The part of Elasticsearch's language that is spoken here: all of the conditions have to hold, each by its exact value. */
const condition = z.union([
  z.strictObject({ term: z.record(z.string(), z.union([z.string(), z.number()])) }),
  z.strictObject({ match_phrase: z.record(z.string(), z.string()) }),
]);
const search = z.strictObject({
  query: z.strictObject({ bool: z.strictObject({ must: z.array(condition).min(1) }) }),
  sort: z.array(z.literal('id')).optional(),
});
const maximumPage = 1_000;

/** Ids in their order, a page at a time; what comes after is asked for by `after`. Searching costs nothing. */
export function searchIds(
  { body, query, state }: Call,
  records: readonly { id: string; fields: Readonly<Record<string, unknown>> }[],
): Outcome {
  const parsed = search.safeParse(body);
  const size = Number(query.get('items_per_page') ?? maximumPage);
  const after = Number(query.get('after') ?? 0);
  if (!parsed.success || !(Number.isInteger(size) && size >= 1 && size <= maximumPage) || Number.isNaN(after)) {
    return { answer: coreSignalFailure(422, 'the query is not one that the sandbox knows') };
  }
  const wanted = parsed.data.query.bool.must.flatMap((each) =>
    Object.entries('term' in each ? each.term : each.match_phrase),
  );
  const matching = records
    .filter(({ fields }) => wanted.every(([name, value]) => plain(fields[name]) === plain(value)))
    .map(({ id }) => Number(id))
    .toSorted((a, b) => a - b);
  const rest = matching.filter((id) => id > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const answer: Answer = {
    status: 200,
    body: page,
    headers: {
      'x-credits-remaining': String(remainingOf(state, 'coresignal')),
      'x-total-results': String(matching.length),
      'x-total-pages': String(Math.ceil(matching.length / size)),
      ...(last !== undefined && rest.length > page.length && { 'x-next-page-after': String(last) }),
    },
  };
  return { answer };
}

const plain = (value: unknown): string =>
  (typeof value === 'string' || typeof value === 'number' ? String(value) : '').toLowerCase();
