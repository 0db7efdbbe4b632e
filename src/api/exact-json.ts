/** JSON in UTF-8. An integer that JavaScript would round is the text that it was sent as: vendors' ids can be that long. */
export function parseExactJson(raw: Buffer): { value: unknown } | undefined {
  try {
    // `fatal`, so that bytes which are no UTF-8 are refused and not silently replaced.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    // A reviver that takes the source text is newer than its type. It costs time, and what goes deeper than it can fails.
    return { value: /\d{16}/.test(text) ? Reflect.apply(JSON.parse, JSON, [text, keepDigits]) : JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  const isRounded = typeof value === 'number' && !Number.isSafeInteger(value);
  return isRounded && source !== undefined && /^-?\d+$/.test(source) ? source : value;
}
