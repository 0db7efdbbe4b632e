/** Whether a text says one of these, in any letter case, and not as a part of a longer address or number. */
export function findsOneOf(texts: readonly string[]): (text: string) => boolean {
  if (texts.length === 0) return () => false;
  const literal = texts.map((text) =>
    text.replace(/[^\p{L}\p{N}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`),
  );
  const pattern = new RegExp(`(?<![a-z0-9._%+-])(?:${literal.join('|')})(?![a-z0-9-]|\\.[a-z0-9])`, 'iu');
  return (text) => pattern.test(text);
}
