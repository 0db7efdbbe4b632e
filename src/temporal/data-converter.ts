import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { HistoryCodec } from '../privacy/payload-codec.ts';

const failureConverterPath = fileURLToPath(new URL('failure-converter.ts', import.meta.url));

/** For everything that speaks to Temporal, clients and workers alike. Without encryption failures stay as readable as they are. */
export const dataConverterOf = (codec: HistoryCodec): DataConverter => ({
  payloadCodecs: [codec],
  ...(codec.encrypts && { failureConverterPath }),
});
