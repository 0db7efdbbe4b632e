/** As much of a title as is read. */
const maximumCharacters = 300;
const maximumWords = 40;

/** Letters that no decomposition takes apart. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
};

/** What marks a second gender behind a word: Leiter/in, Leiter*in, Leiter(in), Directeur·rice, Diretor(a). */
const genderMarks = new Set(['/', ':', '*', '(', '·', '•', '_', '.', '-']);
const genderEndings = new Set(
  'in innen rin r rice trice ice euse ere ne e a o os as ora esa essa ka inne m w d f h x k i gn mw mf hf fh mwd wmd mfd fmd fhx'.split(
    ' ',
  ),
);

/**
 * The words of a title: lower-case, without accents, whatever stands between them left out, and so the endings that name a second
 * gender. Only the first 300 characters are looked at.
 */
export function wordsOf(title: string): string[] {
  const text = title
    .slice(0, maximumCharacters)
    // German writes the second gender inside of a word, too.
    .replace(/(\p{Ll})In(nen)?(?!\p{L})/gu, '$1')
    // C.E.O. is one word.
    .replace(/(?<!\p{L})(\p{L})\.(?=\p{L}(?!\p{L}))/gu, '$1')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
  const words: string[] = [];
  let word = '';
  let before = ' ';
  let between = '';
  for (const character of `${text} `) {
    const letters = plainLetters[character] ?? character;
    if (/[\p{L}\p{N}]/u.test(letters)) {
      if (word === '') before = between.at(-1) ?? ' ';
      word += letters;
      continue;
    }
    if (word !== '') {
      if (!(words.length > 0 && between.length === 1 && genderMarks.has(before) && genderEndings.has(word)))
        words.push(word);
      word = '';
      between = '';
    }
    if (character === '@') words.push('@');
    between += character;
  }
  return words.slice(0, maximumWords);
}
