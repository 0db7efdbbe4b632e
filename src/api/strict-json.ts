/** The body as JSON, or what is wrong with it in words for its sender. */
export type StrictJson = { ok: true; value: unknown } | { ok: false; message: string };

class Refused extends Error {
  override readonly name = 'Refused';
}

const tooPrecise = /^-?\d+$/;

/**
 * Reads JSON (RFC 8259) in UTF-8 as every reader of it would: numbers that JavaScript cannot hold exactly and the key
 * `__proto__` are refused. Of keys that stand twice the last counts.
 */
export function parseStrictJson(raw: Buffer): StrictJson {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    // A reviver that takes the source text is newer than its type.
    return { ok: true, value: Reflect.apply(JSON.parse, JSON, [text, revive]) };
  } catch (error) {
    return { ok: false, message: error instanceof Refused ? error.message : 'the body is not JSON in UTF-8' };
  }
}

function revive(key: string, value: unknown, { source }: { source?: string }): unknown {
  if (key === '__proto__') throw new Refused('the key __proto__ is not taken; leave it out');
  if (typeof value === 'number' && source !== undefined) {
    const isExact = Number.isFinite(value) && (!tooPrecise.test(source) || Number.isSafeInteger(value));
    if (!isExact) throw new Refused('a number is larger than 2^53 - 1 can hold exactly; send it as a text');
  }
  return value;
}
