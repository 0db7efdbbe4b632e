import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { WarehouseDays } from '../ports.ts';

// A file never changes: another version of a row is another file, so that whoever removes one removes what it has read.
const ofDay = 'received_date=';
const uuid = z.uuid();
const namePattern = new RegExp(
  String.raw`^${ofDay}(\d{4}-\d\d-\d\d)/(?:([0-9a-f-]{36})\.\d+-[0-9a-f]+|compacted\.\d+-[0-9a-f]+)\.parquet$`,
);

const unique = (micros: bigint): string => `${micros}-${randomBytes(4).toString('hex')}`;

export const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** The file of one row. Throws unless the event's id is a UUID: it becomes part of a path. */
export const rowFile = (day: string, eventId: string, micros: bigint): string =>
  `${ofDay}${day}/${uuid.parse(eventId).toLowerCase()}.${unique(micros)}.parquet`;

export const compactedFile = (day: string, micros: bigint): string =>
  `${ofDay}${day}/compacted.${unique(micros)}.parquet`;

export interface DataFile {
  name: string;
  day: string;
  /** Absent: the rows of many events. */
  eventId: string | undefined;
}

/** What a name says; `undefined` for a file that is none of ours. */
export function dataFile(name: string): DataFile | undefined {
  const match = namePattern.exec(name);
  return match ? { name, day: match[1] ?? '', eventId: match[2] } : undefined;
}

/** The day of a folder's name, or of a prefix in a bucket. */
export const dayOfFolder = (folder: string): string | undefined =>
  /^received_date=(\d{4}-\d\d-\d\d)\/?$/.exec(folder)?.[1];

export const folderOfDay = (day: string): string => `${ofDay}${day}`;

export const isWithin = (day: string, { from, to }: WarehouseDays): boolean =>
  (from === undefined || day >= from) && (to === undefined || day <= to);

/** The unfinished file that will be `name`: it begins with the event's id, or with `compacted`. */
export const unfinishedFile = (name: string): string =>
  `${name.split('/').at(-1) ?? name}.${randomBytes(4).toString('hex')}.tmp`;
