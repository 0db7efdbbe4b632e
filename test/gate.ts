import { eventually } from './eventually.ts';
import { runServer } from './running-sandbox.ts';

export type Gate = Awaited<ReturnType<typeof runGate>>;

/**
 * Stands before a vendor of the sandbox and holds back what a test names, for as long as the test wants: so a test can
 * look at what happens meanwhile without measuring time.
 */
export async function runGate() {
  const holds = new Map<string, { opened: Promise<void>; open: () => void; arrived: number }>();
  let target = '';

  const server = await runServer(async (request, response) => {
    try {
      const body = Buffer.concat(await request.toArray());
      const text = `${request.url} ${body.toString()}`;
      for (const [marker, hold] of holds) {
        if (!text.includes(marker)) continue;
        hold.arrived += 1;
        await hold.opened;
      }
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers: {
          authorization: request.headers.authorization ?? '',
          'content-type': request.headers['content-type'] ?? '',
          apikey: [request.headers['apikey'] ?? ''].flat().join(),
        },
        ...(body.length > 0 && { body }),
      });
      const content = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(content);
    } catch {
      response.destroy();
    }
  });

  return {
    url: server.url,
    forwardTo(url: string): void {
      target = url.replace(/\/+$/, '');
    },
    /** From now on every request that has `marker` in its path or body waits until `release`. */
    hold(marker: string): void {
      const { promise: opened, resolve: open } = Promise.withResolvers<void>();
      holds.set(marker, { opened, open, arrived: 0 });
    },
    /** Resolves when so many requests with `marker` have arrived; they are held. */
    arrived: (marker: string, count = 1) =>
      eventually(`${count} requests about ${marker} arrive`, async () =>
        (holds.get(marker)?.arrived ?? 0) >= count ? true : undefined,
      ),
    release(marker: string): void {
      holds.get(marker)?.open();
      holds.delete(marker);
    },
    async close(): Promise<void> {
      for (const hold of holds.values()) hold.open();
      await server.close();
    },
  };
}
