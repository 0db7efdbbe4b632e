/** Whether a text says one of these, in any letter case, and not as a part of a longer address or number. */
export function findsOneOf(texts: readonly string[]): (text: string) => boolean {
  if (texts.length === 0) return () => false;
  const literal = texts.map((text) =>
    text.replace(/[^\p{L}\p{N}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`),
  );
  const pattern = new RegExp(`(?<![a-z0-9._%+-])(?:${literal.join('|')})(?![a-z0-9-]|\\.[a-z0-9])`, 'iu');
  return (text) => pattern.test(text);
}

/**
 * Whether something that was sent, as it came, names somebody by one of these addresses or numbers: also escaped as in JSON or in a URL,
 * and with other signs between the digits.
 */
export function namesOneOf(emails: readonly string[], phones: readonly string[]): (raw: string) => boolean {
  const finds = findsOneOf(emails);
  const numbers = phones.map((phone) => phone.replace(/\D/g, '').replace(/^0+/, ''));
  return (raw) => {
    const said = [raw, unescaped(raw), decoded(raw)];
    if (said.some(finds)) return true;
    const runs = said
      .flatMap((text) => text.match(/\+?\d[\d\s().\-/]{5,}/g) ?? [])
      .map((run) => run.replace(/\D/g, ''));
    return runs.some((digits) => numbers.some((number) => digits.endsWith(number)));
  };
}

const unescaped = (raw: string): string =>
  raw.replace(/\\u([0-9a-f]{4})/gi, (_sign, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

function decoded(raw: string): string {
  return raw.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}
