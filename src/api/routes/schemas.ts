import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { leadJsonSchema } from '../../domain/lead-json-schema.ts';

/** `GET /schemas/lead-event.json`: what a lead has to be, for senders and their validators. */
export function schemaRoutes(app: FastifyInstance): void {
  const text = `${JSON.stringify(leadJsonSchema(), null, 2)}\n`;
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  app.get(
    '/schemas/lead-event.json',
    { schema: { summary: 'The JSON Schema of a lead' } },
    async ({ headers }, reply) => {
      reply.headers({ etag, 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' });
      const known = (headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
      if (known.includes(etag) || known.includes('*')) return reply.code(304).send();
      return reply.type('application/schema+json').send(text);
    },
  );
}
