/** The text that a field of a JSON object holds. Nobody is known yet: whatever else came is answered with `undefined`. */
export function keyInBody(rawBody: Buffer, field: string): string | undefined {
  const body = parse(rawBody);
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return undefined;
  const key: unknown = Reflect.get(body, field);
  return typeof key === 'string' && key !== '' ? key : undefined;
}

function parse(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}
