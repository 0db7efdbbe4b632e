import type { Action } from '../actions/action.ts';
import type { Ports } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import type { RuleSet } from '../decisions/rule.ts';
import type { ActionType } from '../domain/decision.ts';
import type { Ledger } from '../effects/ledger.ts';
import type { Finish } from '../intake/finish.ts';
import type { Keyring } from '../privacy/keyring.ts';
import type { Logger } from '../telemetry/log.ts';

/** What the activities are made of; `policy` goes into the history of every workflow that begins under it. */
export interface ActivityDependencies {
  queries: Queries;
  keyring: Keyring;
  ports: Ports;
  rules: RuleSet;
  actions: Readonly<Record<ActionType, Action>>;
  fallback: { channel: string; mailbox: string };
  ledger: Ledger;
  finish: Finish;
  policy: RunPolicy;
  log: Logger;
}

/** The times and attempts of one run, in milliseconds. They come into the workflow as the result of its first step. */
export interface RunPolicy {
  enrich: { budgetMs: number; attempts: number };
  act: { callTimeoutMs: number };
  /** For everything before the finish. */
  totalBudgetMs: number;
}
