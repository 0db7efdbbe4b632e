import { open as openFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type CityResponse, open, type Reader } from 'maxmind';
import { z } from 'zod';
import { plainAddress } from './address.ts';

/** Names in English, for the columns of `leads`; `null` is unknown. */
export interface Place {
  geo_country: string | null;
  geo_city: string | null;
}

export type FindPlace = (address: string) => Place;

const unknown: Place = { geo_country: null, geo_city: null };

const inEnglish = z
  .object({ names: z.object({ en: z.string().regex(/^\P{C}{1,100}$/u) }) })
  .transform(({ names }) => names.en)
  .nullable()
  .catch(null);
const placeRecord = z
  .object({ country: inEnglish, city: inEnglish })
  .transform(({ country, city }) => ({ geo_country: country, geo_city: city }))
  .catch(unknown);

/**
 * Opens a database of MaxMind's format that knows countries, and cities where it has them. Without a path every place is
 * unknown. A file that is missing, cut off or about something else is an error here; a record that cannot be read is unknown.
 */
export async function openGeo(path: string | undefined): Promise<FindPlace> {
  if (path === undefined) return () => unknown;
  const reader = await openDatabase(path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The geo database ${path} cannot be used (${why}). Expected a whole .mmdb file of cities or countries.`,
      {
        cause: error,
      },
    );
  });
  return (text) => {
    const address = plainAddress(text);
    return address === undefined ? unknown : placeRecord.parse(recordOf(reader, address));
  };
}

async function openDatabase(path: string): Promise<Reader<CityResponse>> {
  const reader = await open<CityResponse>(path);
  const { databaseType, searchTreeSize } = reader.metadata;
  if (!/City|Country|Enterprise/.test(databaseType)) throw new Error(`it is of the type ${databaseType}`);
  if (!(await hasSeparator(path, searchTreeSize))) throw new Error('its search tree does not end where it should');
  return reader;
}

/** The metadata is at the end: a file whose start is missing opens, and every look-up goes astray. Sixteen zeros end the tree. */
async function hasSeparator(path: string, offset: number): Promise<boolean> {
  await using file = await openFile(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(16), 0, 16, offset);
  return bytesRead === 16 && buffer.every((byte) => byte === 0);
}

function recordOf(reader: Reader<CityResponse>, address: string): unknown {
  // The reader would take the first bits of an IPv6 address for an IPv4 one.
  if (isIP(address) > reader.metadata.ipVersion) return undefined;
  try {
    return reader.get(address);
  } catch {
    return undefined;
  }
}
