import { prettyFactory } from 'pino-pretty';

/** The servers talk about themselves; what they said last is in the error when one fails. */
const silent = new Set(['PostgreSQL', 'Temporal']);

/** Passes the lines of our own programs on: as they are, or made readable and marked with their origin on a terminal. */
export function createLinePrinter(output: { isTTY?: boolean; write(text: string): unknown }) {
  const pretty = prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname,name' });
  return (name: string, line: string) => {
    if (silent.has(name)) return;
    output.write(output.isTTY ? `${name.padEnd(8)}${pretty(line).trimEnd()}\n` : `${line}\n`);
  };
}
