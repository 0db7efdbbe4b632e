import type { FastifyInstance } from 'fastify';

/** Signatures are over bytes, so bodies stay bytes, whatever their content type says; parsing comes after verifying. */
export function keepRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
