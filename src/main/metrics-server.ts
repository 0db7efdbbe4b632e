import { once } from 'node:events';
import { createServer } from 'node:http';
import type { MetricsPage } from '../operations/metrics-page.ts';

/** Serves `GET /metrics`, and nothing else, to whoever can reach the port: keep it inside. For processes without an HTTP surface. */
export async function startMetricsServer(options: {
  host: string;
  port: number;
  page: MetricsPage;
}): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    options.page().then(
      ({ contentType, body }) => response.writeHead(200, { 'content-type': contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : options.port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
