import type { Payload, PayloadCodec } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { allowOrigin } from '../plugins/allow-origin.ts';
import { readJsonBodies } from '../plugins/json-bodies.ts';
import { requireOperator } from '../plugins/operator-auth.ts';
import { bodyRefusals, unlessOperator } from '../refusals.ts';

export interface CodecDependencies {
  /** Absent when histories are not encrypted: then the routes are not there. */
  historyCodec: PayloadCodec | undefined;
  /** Where Temporal's Web UI is; pages of no other origin may call. */
  uiUrl: string;
  operatorKey: string;
}

const metadata = z.record(z.string(), z.base64());
/** In the JSON form of Protocol Buffers, which leaves out what is empty, or writes null. */
const sentPayloads = z.object({
  payloads: z.array(
    z.object({ metadata: metadata.nullable().default(null), data: z.base64().nullable().default(null) }),
  ),
});
const payloads = z.object({
  payloads: z.array(z.object({ metadata: metadata.nullish(), data: z.base64().nullish() })),
});

/** `POST /codec/decode` and `/encode`: Temporal's codec server, for its Web UI and its command line. */
export async function codecRoutes(app: FastifyInstance, dependencies: CodecDependencies): Promise<void> {
  const { historyCodec: codec, uiUrl, operatorKey } = dependencies;
  if (!codec) return;
  await app.register(async (scope) => {
    readJsonBodies(scope);
    allowOrigin(scope, new URL(uiUrl).origin, ['/codec/decode', '/codec/encode']);
    const add = (url: string, summary: string, translate: (plain: Payload[]) => Promise<Payload[]>) =>
      scope.withTypeProvider<ZodTypeProvider>().post(
        url,
        {
          schema: {
            summary,
            security: [{ operator: [] }],
            body: sentPayloads,
            response: { 200: payloads },
            refusals: { ...unlessOperator, ...bodyRefusals },
          },
          onRequest: requireOperator(operatorKey),
        },
        async ({ body }) => ({ payloads: (await translate(body.payloads.map(JSONToPayload))).map(payloadToJSON) }),
      );
    add('/codec/decode', "Decrypt payloads of Temporal's histories", (sent) => codec.decode(sent));
    add('/codec/encode', 'Encrypt payloads for Temporal', (sent) => codec.encode(sent));
  });
}
