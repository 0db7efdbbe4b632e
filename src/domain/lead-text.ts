import { z } from 'zod';
import { isWithin } from './characters.ts';

// The same rules twice: as patterns for JSON Schema, that every engine of regular expressions reads, and as checks.
const control = String.raw`\x00-\x1f\x7f-\x9f`;
const controlButLineEnds = String.raw`\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f`;
const oneLinePattern = `^[^${control}]*$`;
const filledPattern = String.raw`^[^${control}]*[^${control}\s][^${control}]*$`;
export const linesPattern = `^[^${controlButLineEnds}]*$`;

const hasControl = (text: string): boolean => /\p{Cc}/u.test(text);
const hasControlButLineEnds = (text: string): boolean => /[^\P{Cc}\t\n\r]/u.test(text);

const brokenMessage = 'expected Unicode text, without half of a surrogate pair';
const controlMessage = 'expected text without control characters';
const linesMessage = 'expected text without control characters but tab and line ends';

/** What keeps a text of several lines from being stored or logged as it is. */
export function linesProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return brokenMessage;
  return hasControlButLineEnds(text) ? linesMessage : undefined;
}

const text = (expected: string) =>
  z
    .string(expected)
    .trim()
    .refine((value) => value.isWellFormed(), brokenMessage);

export const limitMessage = (limit: number) => `expected at most ${limit} characters`;

/** One line of text; with a limit, one that fits its column. */
export function line(limit?: number) {
  const anyLine = text('expected a text').refine((value) => !hasControl(value), controlMessage);
  if (limit === undefined) return anyLine.meta({ pattern: oneLinePattern });
  return anyLine
    .refine((value) => isWithin(value, limit), limitMessage(limit))
    .meta({ maxLength: limit, pattern: oneLinePattern });
}

/** One line that has to be there; `expected` says what it is. */
export function filledLine(limit: number, expected: string) {
  return text(expected)
    .min(1, expected)
    .refine((value) => !hasControl(value), controlMessage)
    .refine((value) => isWithin(value, limit), limitMessage(limit))
    .meta({ maxLength: limit, pattern: filledPattern });
}

/** Text of any length that may have several lines. */
export const lines = text('expected a text')
  .refine((value) => !hasControlButLineEnds(value), linesMessage)
  .meta({ pattern: linesPattern });
