import { type AddressInfo, connect, createServer } from 'node:net';
import { WorldError } from './world-error.ts';

/** Somebody who wants to listen. `variable` is what moves it. */
export interface PortClaim {
  port: number;
  host: string;
  owner: string;
  variable: string;
}

/** Throws with one line for each port that is taken, or wanted twice. */
export async function assertPortsFree(claims: readonly PortClaim[]): Promise<void> {
  const problems = await Promise.all(
    claims.map(async (claim, index) => {
      const other = claims.slice(0, index).find(({ port }) => port === claim.port);
      const problem = other ? `also wanted by ${other.owner} (${other.variable})` : await whyNotFree(claim);
      if (problem === null) return null;
      return `Port ${claim.port}, which ${claim.owner} wants, is ${problem}. Set ${claim.variable} to move ${claim.owner}.`;
    }),
  );
  const found = problems.filter((problem) => problem !== null);
  if (found.length > 0) throw new WorldError(found.join('\n'));
}

async function whyNotFree({ port, host }: PortClaim): Promise<string | null> {
  const target = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  // Where addresses are shared (macOS), listening may succeed beside a server on all interfaces: so look for one too.
  if (await isAnswering(port, target)) return 'taken by another program';
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      resolve(code === 'EADDRINUSE' ? 'taken by another program' : `not to be had (${error.message})`);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function isAnswering(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}

/** `count` ports that nobody has right now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => server.address()).filter(isAddress);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map(({ port }) => port);
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
