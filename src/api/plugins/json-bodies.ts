import type { FastifyInstance } from 'fastify';

class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly statusCode = 400;

  constructor() {
    super('the body is not JSON in UTF-8');
  }
}

/** Reads bodies as JSON on the routes of this scope, which sign nothing; an empty one is none. An error says nothing of what was sent. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    // Clients name the type of a body that they do not send.
    if (body.length === 0) return done(null);
    try {
      done(null, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body))));
    } catch {
      done(new NotJson());
    }
  });
}
