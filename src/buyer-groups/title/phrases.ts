/**
 * What a table looks for: phrases with a comma between them, each of words as `wordsOf` gives them. A `*` at the end of a word takes any
 * ending, at its beginning any beginning but none; `…` stands for up to four words.
 */
export type Phrases = string;

export const listOf = (phrases: Phrases): string[] =>
  phrases.split(',').map((phrase) => phrase.trim().replaceAll(/\s+/g, ' '));

export interface Found<Label> {
  label: Label;
  /** Where it begins among the words. */
  at: number;
}

interface Pattern<Label> {
  label: Label;
  parts: readonly string[];
}

const gap = '…';
const longestGap = 4;

/** Finds the phrases of a table in a title. A longer phrase takes its words away from the shorter: no president in "vice president". */
export function createFinder<Label>(table: readonly (readonly [Label, Phrases])[]) {
  const patterns = table
    .flatMap(([label, phrases]) =>
      listOf(phrases).map((phrase): Pattern<Label> => ({ label, parts: phrase.split(' ') })),
    )
    .toSorted((one, other) => other.parts.length - one.parts.length || lettersOf(other) - lettersOf(one));

  return function find(words: readonly string[]): Found<Label>[] {
    const taken = new Set<number>();
    const found: Found<Label>[] = [];
    for (const { label, parts } of patterns) {
      for (let at = 0; at < words.length; at += 1) {
        const places = placesOf(parts, words, at);
        if (places === undefined || places.some((place) => taken.has(place))) continue;
        for (const place of places) taken.add(place);
        found.push({ label, at });
      }
    }
    return found.toSorted((one, other) => one.at - other.at);
  };
}

/** Of as many words the one that says more of them holds: "projektleiter" before "*leiter". */
const lettersOf = ({ parts }: Pattern<unknown>): number => parts.join('').replaceAll('*', '').length;

/** The places of the words that the pattern takes when it begins at `at`. */
function placesOf(parts: readonly string[], words: readonly string[], at: number): number[] | undefined {
  const places: number[] = [];
  let next = at;
  for (const [index, part] of parts.entries()) {
    if (part === gap) continue;
    const skips = parts[index - 1] === gap ? longestGap : 0;
    const place = words.findIndex((word, position) => position >= next && position <= next + skips && fits(part, word));
    if (place < 0) return undefined;
    places.push(place);
    next = place + 1;
  }
  return places;
}

function fits(part: string, word: string): boolean {
  if (part.startsWith('*')) return part.length - 1 < word.length && word.endsWith(part.slice(1));
  return part.endsWith('*') ? word.startsWith(part.slice(0, -1)) : word === part;
}
