import { z } from 'zod';

/** A place in a list that is ordered by time, then by id. */
export interface Place {
  at: string;
  id: string;
}

const place = z.tuple([z.iso.datetime(), z.uuid()]);

/** What a caller sends back to go on where a page ended. */
export const cursorOf = ({ at, id }: Place): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

/** `undefined`: no cursor of ours. */
export function readCursor(cursor: string): Place | undefined {
  try {
    const parsed = place.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return parsed.success ? { at: parsed.data[0], id: parsed.data[1] } : undefined;
  } catch {
    return undefined;
  }
}

/** A page of at most `limit`, from one row more than that, and the cursor of the next page when there is one. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  placeOf: (row: T) => Place,
): { rows: T[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? cursorOf(placeOf(last)) : null };
}
