const maxRawLength = 2_000;
const maxLength = 400;

/**
 * A text of somebody else's made fit for a prompt: without addresses, links, long numbers (phones, ids, cards) and the names
 * in `names`, on one line, and short. What was hidden stays recognisable as hidden.
 */
export function redact(text: string, names: readonly string[]): string {
  const plain = firstWords(text.normalize('NFKC').toWellFormed())
    // Marks that nobody sees can take an address apart.
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    // Room around the sign takes it apart for us, and for no reader.
    .replace(/ ?@ ?/g, '@')
    .trim();
  if (isoDate.test(plain)) return plain;
  const hidden = plain
    .split(' ')
    .map((word) => (word.includes('@') ? '[email]' : isLink(word) ? '[link]' : word))
    .join(' ')
    .replace(numbers, (run) => (run.replaceAll(/\P{Nd}/gu, '').length >= 7 ? '[number]' : run));
  const line = withoutNames(hidden, names);
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
}

const isoDate = /^\d{4}-\d{2}-\d{2}(T[\d:.]{5,15}(Z|[+-]\d{2}:\d{2})?)?$/;
const isLink = (word: string): boolean => /:\/\/|^www\.|^[\w-]+(\.[\w-]+)*\.[a-z]{2,}\//i.test(word);
/** Digits of any script with a few other marks between them: however a phone number is written. */
const numbers = /\+?\p{Nd}(?:[ ()./\p{Pd}]{0,4}\p{Nd})+/gu;

/** A text that is cut must not end in half an address. */
function firstWords(text: string): string {
  if (text.length <= maxRawLength) return text;
  const cut = text.slice(0, maxRawLength);
  return cut.slice(0, Math.max(0, cut.search(/\s\S*$/)));
}

/** Whole words only: a contact called Al must not take the "al" out of "deal". Scripts without spaces have no words. */
function withoutNames(text: string, names: readonly string[]): string {
  const parts = names.flatMap((name) => name.normalize('NFKC').match(letters) ?? []).filter((part) => part.length > 1);
  const words = new Set(parts.map((part) => part.toLowerCase()));
  const unspaced = parts.filter((part) => withoutSpaces.test(part));
  const hidden = text.replace(letters, (word) => (words.has(word.toLowerCase()) ? '[name]' : word));
  return unspaced.reduce((left, part) => left.replaceAll(part, '[name]'), hidden);
}

const letters = /[\p{L}\p{M}]+/gu;
const withoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u;
