import { isIP } from 'node:net';

/** An IP address in one spelling; IPv4 that came mapped into IPv6 is IPv4 again. `undefined` for what is none. */
export function plainAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family !== 6) return family === 4 ? text : undefined;
  const [withoutZone = ''] = text.split('%', 1);
  const address = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address);
  return mapped === null ? address : ipv4Of([mapped[1], mapped[2]].map((group) => Number.parseInt(group ?? '', 16)));
}

/** The network that an address is in: IPv4 without its last octet (/24), IPv6 without its last 80 bits (/48). */
export function anonymousAddress(text: string): string | undefined {
  const address = plainAddress(text);
  if (address === undefined) return undefined;
  if (isIP(address) === 4) return address.replace(/\d+$/, '0');
  return plainAddress(`${groupsOf(address).slice(0, 3).join(':')}::`);
}

const ipv4Of = (groups: readonly number[]): string => groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');

/** All eight groups of an IPv6 address in its one spelling. */
function groupsOf(address: string): string[] {
  const [head = [], tail = []] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
}
