import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problem.ts';

/** Answers what no route takes: 405 and `Allow` where the path has other methods, else 404. Before any route is added. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const routes: { url: string; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ url, methods: [method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const allowed = new Set(routes.filter(({ url }) => fits(url, path)).flatMap(({ methods }) => methods));
    if (allowed.size === 0 || allowed.has(request.method)) {
      return sendProblem(reply, 404, {
        reason: 'unknown_route',
        detail: 'nothing is here; /docs lists what there is',
      });
    }
    const methods = [...allowed].toSorted().join(', ');
    return sendProblem(reply.header('allow', methods), 405, {
      reason: 'method_not_allowed',
      detail: `this path takes ${methods}; see /docs`,
    });
  });
}

function fits(url: string, path: string): boolean {
  const pattern = url.split('/');
  const parts = path.split('/');
  const isOpen = pattern.at(-1) === '*';
  return (
    (isOpen ? parts.length >= pattern.length : parts.length === pattern.length) &&
    pattern.every((part, index) => part === '*' || (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
