import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Strings that break what is careless about text, the same in every run: those that can be written, one a line in
 * `odd-strings.txt`, and those made here of signs that cannot. No two are equal once they are trimmed, blank ones aside.
 */

const count = 500;

const signs = (...ranges: (number | [first: number, last: number])[]): string[] =>
  ranges.flatMap((range) => {
    const [first, last] = typeof range === 'number' ? [range, range] : range;
    return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index));
  });

const controls = signs([0x00, 0x1f], [0x7f, 0x9f]);
const bidiMarks = signs(0x61c, 0x200e, 0x200f, [0x202a, 0x202e], [0x2066, 0x2069]);
const spaces = signs(0xa0, 0x1680, 0x180e, [0x2000, 0x200d], 0x2028, 0x2029, 0x202f, 0x205f, 0x2060, 0x3000, 0xfeff);
const unseen = signs(0xad, 0x34f, 0x115f, 0x3164, 0xe000, 0xfdd0, [0xfffd, 0xffff], 0x1fffe, 0xe0041, 0x10ffff);

const halvesOfPairs = ['\ud800', '\udbff', '\udc00', '\udfff', 'a\ud83d', '\ude00b', '\ude00\ud83d'];
const blank = ['', ' ', '\t', '\n', '\u00a0', '\ufeff', '\u3000 \u2003'];
const lines = [
  'a\r\nBcc: eve@attacker.example',
  'a\nSet-Cookie: x=1',
  'a\rb',
  'a\r\n\r\n<html>',
  'a\n{"level":"error","msg":"forged"}',
  'a\u001b[31mred\u001b[0m',
  'a\u001b]0;title\u0007',
];
const marks = ['\u0301', 'a\u0300\u0316\u0489\u20dd', `o${'\u0338\u0335'.repeat(60)}`, `x${'\u0301'.repeat(4_000)}`];
const long = [
  ...['a', '=', '"', '\\'].map((sign) => sign.repeat(10_000)),
  '😀'.repeat(2_500),
  'e\u0301'.repeat(3_000),
  `${'ab '.repeat(3_000)}end`,
  `${'{"a":'.repeat(1_500)}1`,
  `${'a'.repeat(64)}@example.com`,
  `${'a'.repeat(65)}@example.com`,
  ...[50, 51, 100, 101, 255, 256].flatMap((length) => ['w'.repeat(length), '🚀'.repeat(length)]),
];
const written = readFileSync(join(import.meta.dirname, 'odd-strings.txt'), 'utf8')
  .trimEnd()
  .split('\n');
const inside = [...controls, ...bidiMarks, ...spaces, ...unseen].map((sign) => `Ada${sign}Byron`);
const atTheEdge = [...bidiMarks, ' ', '\u00a0', '\u3000', '\ufeff', '\t'].map(
  (sign, index) => `${sign}Edge ${index}${sign}`,
);

const handPicked = [blank, written, inside, atTheEdge, halvesOfPairs, lines, marks, long].flat();

/** Park and Miller's generator. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state;
  }
}

/** Pieces of everything above, put together. */
function* putTogether(): Generator<string, never> {
  const pieces = [...handPicked.filter((text) => text.length < 30), ...bidiMarks, ...spaces, ...unseen];
  const drawn = numbers(5);
  const below = (limit: number): number => drawn.next().value % limit;
  for (;;) yield Array.from({ length: 2 + below(8) }, () => pieces[below(pieces.length)] ?? '').join('');
}

function distinct(): string[] {
  const found = new Map<string, string>();
  const add = (text: string) => {
    const key = text.trim() === '' ? `blank ${text}` : text.trim();
    if (!found.has(key)) found.set(key, text);
  };
  handPicked.forEach(add);
  for (const text of putTogether()) {
    if (found.size >= count) break;
    add(text);
  }
  return [...found.values()];
}

export const oddStrings: readonly string[] = distinct();
