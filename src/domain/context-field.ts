import { accountFacts, type AccountFacts, dealFacts, type DealFacts } from './facts.ts';

/** What enrichment may find out beside ids, names and addresses; an installation allows some of it (`allowedContextFields`). */
export const contextFields = [
  'stage',
  'daysInStage',
  'closeDate',
  'competitors',
  'openTasks',
  'lastActivityDaysAgo',
  'employeeCount',
  'industry',
  'recentIntent',
] as const;
export type ContextField = (typeof contextFields)[number];

/** The facts that each field is made of. */
const factsOf: Readonly<Record<ContextField, readonly string[]>> = {
  stage: ['stage', 'stageId'],
  daysInStage: ['enteredStageAt'],
  closeDate: ['closeDate'],
  competitors: ['competitors'],
  openTasks: ['openTasks', 'taskIds'],
  lastActivityDaysAgo: ['lastActivityAt'],
  employeeCount: ['employeeCount'],
  industry: ['industry'],
  recentIntent: [],
};

/** A deal without what is not allowed; ids and its name, which actions need, stay. */
export const allowedDeal = (deal: DealFacts, allowed: readonly ContextField[]): DealFacts =>
  dealFacts.parse(without(deal, allowed));

/** An account without what is not allowed. */
export const allowedAccount = (account: AccountFacts, allowed: readonly ContextField[]): AccountFacts =>
  accountFacts.parse(without(account, allowed));

function without(facts: object, allowed: readonly ContextField[]): Record<string, unknown> {
  const dropped = new Set(contextFields.filter((field) => !allowed.includes(field)).flatMap((field) => factsOf[field]));
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !dropped.has(name)));
}
