import type { ConsentQuestion } from '../source.ts';
import { type Answered, wordsOf } from './answered.ts';

/**
 * Whether a response consents. The question that is named counts, by its ref or its words; where none is named, every yes-or-no
 * question that speaks of consent does, and one that may ask for the opposite gives none.
 */
export function consents(answers: readonly Answered[], question?: ConsentQuestion): boolean {
  const asked = answers.filter((answer) => (question ? isNamed(answer, question) : speaksOfConsent(answer)));
  return asked.length > 0 && asked.every((answer) => isYes(answer, question));
}

const isNamed = ({ ref, title }: Answered, { field }: ConsentQuestion): boolean => [ref, title.trim()].includes(field);

const speaksOfConsent = (answer: Answered): boolean =>
  answer.type === 'boolean' && wordsOf(answer).some((words) => words.includes('consent'));

const mayMeanTheOpposite =
  /\b(?:no|not|never|without|withdraw|revoke|refuse|decline|object|don t|dont|won t|opt out)\b/;

function isYes(answer: Answered, question: ConsentQuestion | undefined): boolean {
  if (answer.type === 'boolean') {
    return answer.value === true && (question !== undefined || !mayMeanTheOpposite.test(wordsOf(answer).join(' ')));
  }
  return answer.type === 'choice' && answer.value === question?.answer;
}
