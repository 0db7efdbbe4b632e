import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * `before`: what is cut never reaches PostgreSQL; `after`: it does, and only its answer is lost; `never`: it is not cut, but
 * nothing goes through any more, as behind a firewall that has forgotten the connection.
 */
export type Cut = { statement: string; when: 'before' | 'after' | 'never' };

/** Stands before PostgreSQL and cuts every connection that sends a certain statement, for as long as a test wants. */
export async function startCuttingProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  let cut: Cut | undefined;
  let cuts = 0;
  const sockets = new Set<Socket>();

  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    let isCut = false;
    let isSilent = false;
    const end = () => {
      inner.destroy();
      outer.destroy();
    };
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        // Whoever was forgotten does not learn that the other side hung up.
        if (!isSilent) end();
      });
    }
    inner.on('data', (data) => {
      if (cut && data.includes(cut.statement)) {
        isCut = true;
        cuts += 1;
        if (cut.when === 'before') return end();
        isSilent = cut.when === 'never';
      }
      return isSilent || outer.write(data);
    });
    outer.on('data', (data) => isSilent || (isCut ? end() : inner.write(data)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);

  return {
    databaseUrl: url.href,
    /** How many connections were cut. */
    cuts: () => cuts,
    cutAt(next: Cut | undefined): void {
      cut = next;
      cuts = 0;
    },
    async close(): Promise<void> {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
