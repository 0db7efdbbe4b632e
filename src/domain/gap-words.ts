import type { VendorErrorKind } from './failure.ts';
import type { Gap } from './refresh.ts';

interface Words {
  why: string;
  whatToDo: string;
}

const refreshAgain = 'then refresh the group again, within the hour by force';
const statusPage = `see GET /ops/providers and its status page; when it is well, ${refreshAgain}`;

const ofProviders: Readonly<Record<VendorErrorKind, (provider: string) => Words>> = {
  NotFound: (provider) => ({
    why: `${provider} does not have what it was asked for`,
    whatToDo: 'nothing can be done here; the next refresh asks again',
  }),
  Rejected: (provider) => ({
    why: `${provider} refused the question`,
    whatToDo: `the worker's log has the answer; mend what it refuses, ${refreshAgain}`,
  }),
  Unauthorized: (provider) => ({
    why: `${provider} does not take our key`,
    whatToDo: `set a new ${keyOf(provider)}, restart API and workers, ${refreshAgain}`,
  }),
  PaymentRequired: (provider) => ({
    why: `${provider} has no credits left`,
    whatToDo: `buy some there, see them in GET /ops/health/providers, ${refreshAgain}`,
  }),
  Withheld: (provider) => ({
    why: `${provider} may not tell of them, by law`,
    whatToDo: 'nothing is to be done',
  }),
  RateLimited: (provider) => ({
    why: `${provider} was asked too often`,
    whatToDo: `wait a little, ${refreshAgain}`,
  }),
  Unavailable: (provider) => ({ why: `${provider} had an error of its own`, whatToDo: statusPage }),
  Timeout: (provider) => ({ why: `${provider} did not answer in time`, whatToDo: statusPage }),
  Malformed: (provider) => ({ why: `${provider} answered what cannot be read`, whatToDo: statusPage }),
  NotReached: (provider) => ({
    why: `${provider} could not be reached`,
    whatToDo: `see whether the worker's network lets it out, ${refreshAgain}`,
  }),
  CircuitOpen: (provider) => ({ why: `${provider} kept failing and was left alone`, whatToDo: statusPage }),
  Throttled: (provider) => ({
    why: `our own limit of questions to ${provider} was used up`,
    whatToDo: `wait a little, ${refreshAgain}`,
  }),
};

const others: Readonly<Record<string, Words>> = {
  StepTimeout: {
    why: 'it took longer than a refresh may take (buyerGroups.maxMinutes)',
    whatToDo: `see GET /ops/providers for who is slow or left alone, ${refreshAgain}`,
  },
  DailyCreditsUsed: {
    why: 'what may be spent in a day (buyerGroups.dailyCredits) is spent',
    whatToDo: `wait until tomorrow (UTC) or allow more in causeway.yaml and restart the workers, ${refreshAgain}`,
  },
  CompanyUnknown: {
    why: 'CoreSignal does not know the company',
    whatToDo:
      'see that its domain is right, or name one where none is known; who works there is known from events alone until CoreSignal has it',
  },
  CoreSignalNotSetUp: notSetUp('CoreSignal'),
  LushaNotSetUp: notSetUp('Lusha'),
};

/** In these what is missing cannot be said without why it is. */
const whole: Readonly<Record<string, (people: number) => string>> = {
  NobodyListed: (people) =>
    `CoreSignal lists nobody at this company: ${people === 1 ? 'the 1 person' : `the ${people} people`} of the group stayed in it; see that the company's domain is right, the next refresh looks again`,
  MorePeople: (people) =>
    `${people > 0 ? count(people, 'more person works', 'more people work') : 'more people work'} there than one refresh reads (buyerGroups.maxPeople), and ${people === 1 ? 'was' : 'were'} not looked at; raise it in causeway.yaml if they matter, and restart the workers`,
};

const missing: Readonly<Record<Gap['step'], (people: number) => string>> = {
  resolve: () => 'the company was not looked up, so what is known of it may be old',
  discover: (people) =>
    people > 0
      ? `${count(people, 'person', 'people')} of the company ${people === 1 ? 'was' : 'were'} not read`
      : 'who works there is not known, or not all of it',
  enrich: (people) =>
    people > 0
      ? `${count(people, 'person has', 'people have')} no address, or lack${people === 1 ? 's' : ''} a number that was wanted`
      : 'how people are reached is not known, or not all of it',
};

/** What a run does not know, and why, in words for people. A class without words is named. */
export function sayGap({ step, class: why, people }: Gap): string {
  const words = wordsOf(why);
  return (
    whole[why]?.(people) ?? (words ? `${words.why}: ${missing[step](people)}` : `${missing[step](people)}: ${why}`)
  );
}

/** The same, and what to do about it. */
export function explainGap(gap: Gap): string {
  if (whole[gap.class]) return sayGap(gap);
  return `${sayGap(gap)}; ${wordsOf(gap.class)?.whatToDo ?? 'docs/runbook.md says what to do'}`;
}

export const explained = (gap: Gap): Gap & { explanation: string } => ({ ...gap, explanation: explainGap(gap) });

/** Of `LushaTimeout`, and the like, from what its provider says. */
function wordsOf(failureClass: string): Words | undefined {
  if (Object.hasOwn(others, failureClass)) return others[failureClass];
  const [, provider = '', kind = ''] = /^(CoreSignal|Lusha)(\w+)$/.exec(failureClass) ?? [];
  return isKind(kind) ? ofProviders[kind](provider) : undefined;
}

const isKind = (text: string): text is VendorErrorKind => Object.hasOwn(ofProviders, text);

function keyOf(provider: string): string {
  return `${provider.toUpperCase()}_API_KEY`;
}

function notSetUp(provider: string): Words {
  return {
    why: `${provider} is not set up here`,
    whatToDo: `set ${keyOf(provider)} for API and workers, restart them, ${refreshAgain}`,
  };
}

function count(people: number, one: string, many: string): string {
  return `${people} ${people === 1 ? one : many}`;
}
