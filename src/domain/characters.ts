/** Characters as PostgreSQL counts them for VARCHAR, and JSON Schema for maxLength: code points. */
const charactersOf = (text: string): string[] => Array.from(text);

export function isWithin(text: string, limit: number): boolean {
  return text.length <= limit || (text.length <= 2 * limit && charactersOf(text).length <= limit);
}

export function cutAt(text: string, limit: number): string {
  return isWithin(text, limit)
    ? text
    : charactersOf(text.slice(0, 2 * limit))
        .slice(0, limit)
        .join('');
}

/** PostgreSQL holds no NUL, in no text. */
export const hasNoNul = (text: string): boolean => !text.includes('\u0000');
export const withoutNul = (text: string): string => text.replaceAll('\u0000', '');

/** What is equal for texts that differ in case and in the number of their spaces only. */
export const comparable = (text: string): string => text.normalize('NFC').replaceAll(/\s+/g, ' ').trim().toLowerCase();
