import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';
import { decodeHistory } from './decode-history.ts';
import { fetchRawHistory } from './recorded-history.ts';

const payload = z.looseObject({ metadata: z.looseObject({ encoding: z.base64() }), data: z.base64() });

/** All that a history says, decrypted, one text a line; empty when Temporal does not know it (any more). */
export async function historyTexts(client: Client, workflowId: string, codec: PayloadCodec): Promise<string> {
  const history = await fetchRawHistory(client, workflowId);
  return history ? textsOf(await decodeHistory(JSON.parse(historyToJSON(history)), codec)) : '';
}

/** Every text in a value, payloads read as UTF-8. */
export function textsOf(value: unknown): string {
  if (typeof value === 'string') return `${value}\n`;
  if (typeof value !== 'object' || value === null) return '';
  const read = payload.safeParse(value);
  const data = read.success ? `${Buffer.from(read.data.data, 'base64').toString('utf8')}\n` : '';
  return `${data}${Object.values(value).map(textsOf).join('')}`;
}
