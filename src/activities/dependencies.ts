import type { Action } from '../actions/action.ts';
import type { BuyerGroupSettings } from '../domain/buyer-group-settings.ts';
import type { ModelPort, Ports } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import type { EraseCopies } from '../db/retention/round.ts';
import type { ModelSettings } from '../decisions/model/prompt.ts';
import type { RuleSet } from '../decisions/rule.ts';
import type { PlannedAction } from '../domain/decision.ts';
import type { ModeEntry } from '../domain/mode.ts';
import type { Ledger } from '../effects/ledger.ts';
import type { Accept } from '../intake/accept.ts';
import type { Batches } from '../intake/batches.ts';
import type { WakeCompany } from '../intake/wake-company.ts';
import type { Finish } from '../intake/finish.ts';
import type { FindPlace } from '../leads/geo.ts';
import type { SpellingsOf } from '../leads/spellings.ts';
import type { NormaliseLead } from '../leads/normalise.ts';
import type { Hasher } from '../privacy/hasher.ts';
import type { Receipts } from '../privacy/receipts.ts';
import type { Keyring } from '../privacy/keyring.ts';
import type { Logger } from '../telemetry/log.ts';
import type { GatherDependencies } from './gather-facts.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What the activities are made of; `policy` goes into the history of every workflow that begins under it. */
export interface ActivityDependencies {
  queries: Queries;
  keyring: Keyring;
  hasher: Hasher;
  ports: Ports;
  enrichment: GatherDependencies;
  rules: RuleSet;
  modes: readonly ModeEntry[];
  /** `undefined`: there is nobody to ask, and the rules decide alone. */
  model: ModelDependencies | undefined;
  leads: LeadDependencies;
  spellingsOf: SpellingsOf;
  /** E.164 of a phone number, or `null`. */
  readPhone: (sent: string) => string | null;
  /** Asks the workflow of an event to end early. */
  cancelWorkflow: (event: { keyHash: string; generation: number }, deadlineMs: number) => Promise<void>;
  /** All that Temporal kept of an execution, decrypted; empty where it kept nothing. */
  historyTexts: (workflowId: string) => Promise<string>;
  receipts: Receipts;
  eraseCopies: EraseCopies;
  /** Has the workflow of a company look at what it has to do. Never throws: what was missed is found by a sweep. */
  wakeCompany: WakeCompany;
  buyerGroups: BuyerGroupSettings;
  actions: Readonly<Partial<Record<PlannedAction['type'], Action>>>;
  fallback: { channel: string; mailbox: string };
  ledger: Ledger;
  finish: Finish;
  /** Takes in what we ourselves have to carry out. */
  accept: Accept;
  batches: Batches;
  policy: RunPolicy;
  metrics: Metrics;
  log: Logger;
}

/** What leads are made with, and who is set up to have them. */
export interface LeadDependencies {
  normalise: NormaliseLead;
  findPlace: FindPlace;
  /** Types of actions. */
  receivers: ReadonlySet<string>;
}

/** The model, and on which terms it is asked. */
export interface ModelDependencies {
  port: ModelPort;
  settings: ModelSettings;
  confidenceThreshold: number;
  timeoutMs: number;
  /** A tenant's, counted by days in UTC. */
  maxDailyCalls: number;
  /** US dollars. */
  inputPricePerMillion: number;
  outputPricePerMillion: number;
}

/** The times and attempts of one run, in milliseconds. They come into the workflow as the result of its first step. */
export interface RunPolicy {
  enrich: { budgetMs: number; attempts: number };
  act: { callTimeoutMs: number };
  /** For everything before the finish. */
  totalBudgetMs: number;
}
