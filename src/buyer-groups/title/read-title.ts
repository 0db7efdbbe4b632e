import { type JobFunction, seniorities, type Seniority, type TitleReading } from '../../domain/buyer-group.ts';
import { functionPhrases } from './functions.ts';
import { helpers, rightHands, served } from './offices.ts';
import { createFinder } from './phrases.ts';
import { dependents, endings, entryPhrases, individualPhrases, noAssistants, seniorityPhrases } from './seniorities.ts';
import { wordsOf } from './words.ts';

const findFunctions = createFinder(functionPhrases);
const findSeniorities = createFinder(seniorityPhrases);
/** By how many of the words that were found are still about the person. */
const findEndings = createFinder([
  [0, `${endings}, ${served}`],
  [1, `${dependents}, ${helpers}`],
  [2, rightHands],
  [3, 'chief of staff to'],
]);
const findEntry = createFinder<boolean>([
  [true, entryPhrases],
  [
    false,
    'intern revisor, graduate recruitment, graduate recruiter, student affairs, graduate school, student services, student success',
  ],
]);
const findAssistant = createFinder<boolean>([
  [true, individualPhrases],
  [false, noAssistants],
]);

/**
 * What a title says, by the tables beside this file: the functions in the order in which it names them, and of the ranks the highest.
 * An assistant has a rank of his own, and so has whoever is still learning. Whoever it works for, "at" or "to", is not read.
 */
export function readTitle(title: string | null | undefined): TitleReading {
  const all = wordsOf(title ?? '');
  const ends = findEndings(all).map(({ at, label }) => at + label);
  const words = all.slice(0, ends.find((end) => end > 0) ?? all.length);
  if (words.length === 0) return { function: null, functions: [], seniority: null };
  const isAssistant = findAssistant(words).some(({ label }) => label);
  // Whom an assistant works for says nothing of what he does: the assistant of a CEO has no part in general management.
  const functions = functionsOf(words).filter((name) => !(isAssistant && name === 'general_management'));
  return { function: functions[0] ?? null, functions, seniority: seniorityOf(words, isAssistant) };
}

function functionsOf(words: readonly string[]): JobFunction[] {
  const named = findFunctions(words).flatMap(({ label }) => label ?? []);
  return [...new Set(named)];
}

function seniorityOf(words: readonly string[], isAssistant: boolean): Seniority {
  if (findEntry(words).some(({ label }) => label)) return 'entry';
  if (isAssistant) return 'individual';
  const named = new Set(findSeniorities(words).map(({ label }) => label));
  return seniorities.find((seniority) => named.has(seniority)) ?? 'individual';
}
