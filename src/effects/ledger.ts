import { claimWrite, type CrmWrite, type WriteClaim } from '../db/crm-writes.ts';
import {
  claimIntent,
  confirmEffect,
  type EffectRow,
  type EffectRun,
  endAttempt,
  giveBackAttempt,
  type Intent,
} from '../db/effects.ts';
import type { Queries } from '../db/database.ts';
import { type Provider, VendorError } from '../domain/failure.ts';
import type { EventLabels, Logger } from '../telemetry/log.ts';
import { inSpan } from '../telemetry/traces.ts';
import { maxAttempts, nextMove } from './next-move.ts';

/** What the ledger does to the world; nobody else calls these. */
export interface LedgerEffect {
  perform(call: { key: string; timeoutMs: number }): Promise<Readonly<Record<string, string>>>;
  find(key: string, sinceMs: number, call: { timeoutMs: number }): Promise<Readonly<Record<string, string>> | null>;
}

export interface LedgerEntry {
  run: EffectRun;
  key: string;
  action: string;
  targetId: string;
  priority: string;
  /** Where it goes, sealed by whoever knows the key. */
  addressSealed: Buffer;
  settleMs: number;
  /** How often it is tried in one run; three times where nothing is said. */
  maxAttempts?: number | undefined;
  /** Who does it; while it is left alone, nothing is claimed and no attempt is used. */
  provider?: Provider;
  /** Of a write into the CRM: it is refused as stale once a later change was written. */
  write?: CrmWrite | undefined;
  /** What was read of it together with its event. */
  before: EffectRow | null;
  labels: EventLabels;
}

export type EffectResult =
  | { state: 'confirmed' | 'skipped'; receipt: Readonly<Record<string, string>> }
  /** Not now: ask again after `waitMs`. */
  | { state: 'later'; waitMs: number; failureClass: string }
  /** A later change of the same property was written: this one will not be. */
  | { state: 'stale' }
  | { state: 'failed'; failureClass: string };

const baseDelayMs = 1_000;
const maxDelayMs = 10_000;
/** Less than this is not enough to begin a call with. */
const minimumCallMs = 50;

/**
 * The ledger of effects. It owns the question whether a provider is asked; actions own how.
 *
 * 1. An intent is committed before a provider is asked, and only while the event is open in this generation.
 * 2. The intent's lease is the longest that the call may take; the call gets what is left of it.
 * 3. After an attempt whose end is unknown, the provider is asked for the effect before it is asked to do it again.
 * 4. `confirmed` is final. What cannot be found out stays `intent`, and closing the event makes it `unknown`.
 */
export function createLedger(options: {
  queries: Queries;
  log: Logger;
  callTimeoutMs: number;
  /** How long a provider is left alone from now on, in milliseconds. */
  openForMs?: (provider: Provider) => number;
  now?: () => number;
}) {
  const { queries, log, callTimeoutMs, openForMs = () => 0, now = () => performance.now() } = options;

  async function ask(entry: LedgerEntry, effect: LedgerEffect): Promise<Readonly<Record<string, string>> | null> {
    const receipt = await inSpan(`find ${entry.action}`, spanOf(entry), () =>
      effect.find(entry.key, entry.before?.firstTriedAtMs ?? 0, { timeoutMs: callTimeoutMs }),
    );
    log.info(
      { ...entry.labels, effect: entry.key, found: receipt !== null },
      'provider asked whether the effect exists',
    );
    if (receipt) await confirmEffect(queries, entry.key, { ...receipt });
    return receipt;
  }

  async function claim(entry: LedgerEntry): Promise<WriteClaim> {
    const { run, before, settleMs, write } = entry;
    const intent: Intent = { ...entry, leaseMs: callTimeoutMs };
    if (write) return claimWrite(queries, run, { ...intent, write, settleMs }, before);
    return { claim: (await claimIntent(queries, run, intent, before)) ? 'taken' : 'lost' };
  }

  async function perform(entry: LedgerEntry, effect: LedgerEffect): Promise<EffectResult> {
    const { provider } = entry;
    const leftAloneMs = provider ? openForMs(provider) : 0;
    if (leftAloneMs > 0) return { state: 'later', waitMs: leftAloneMs, failureClass: `${provider}CircuitOpen` };
    const leaseEndsAt = now() + callTimeoutMs;
    const claimed = await claim(entry);
    if (claimed.claim === 'stale') {
      log.info({ ...entry.labels, effect: entry.key }, 'effect refused: a later change was written');
      return { state: 'stale' };
    }
    if (claimed.claim !== 'taken') {
      const waitMs = claimed.claim === 'held' ? claimed.waitMs : baseDelayMs;
      return { state: 'later', waitMs, failureClass: 'EffectHeld' };
    }
    const { generation } = entry.run;
    const attempts = entry.before?.generation === generation ? entry.before.attempts + 1 : 1;
    try {
      const timeoutMs = Math.floor(leaseEndsAt - now());
      if (timeoutMs < minimumCallMs) throw new LeaseSpent();
      const receipt = await inSpan(`perform ${entry.action}`, spanOf(entry), () =>
        effect.perform({ key: entry.key, timeoutMs }),
      );
      await confirmEffect(queries, entry.key, { ...receipt });
      log.info({ ...entry.labels, effect: entry.key, attempts, receipt }, 'effect confirmed');
      return { state: 'confirmed', receipt };
    } catch (error) {
      if (error instanceof LeaseSpent) {
        await giveBackAttempt(queries, entry.key, { generation, attempts }, 'LeaseSpent');
        return { state: 'later', waitMs: baseDelayMs, failureClass: 'LeaseSpent' };
      }
      if (!(error instanceof VendorError)) throw error;
      const { failureClass, retryable } = error;
      if (!error.asked) {
        await giveBackAttempt(queries, entry.key, { generation, attempts }, failureClass);
        return { state: 'later', waitMs: error.retryAfterMs ?? maxDelayMs, failureClass };
      }
      const unsettled = error.effect === 'unknown';
      const over = !unsettled && (!retryable || attempts >= (entry.maxAttempts ?? maxAttempts));
      await endAttempt(
        queries,
        entry.key,
        { generation, attempts },
        { state: over ? 'refused' : 'intent', unsettled, failureClass },
      );
      log.warn(
        { ...entry.labels, effect: entry.key, attempts, failure_class: failureClass, reason: error.message },
        'effect not confirmed',
      );
      if (over) return { state: 'failed', failureClass };
      const backoffMs = Math.min(baseDelayMs * 2 ** (attempts - 1), maxDelayMs);
      return {
        state: 'later',
        waitMs: Math.max(error.retryAfterMs ?? backoffMs, unsettled ? entry.settleMs : 0),
        failureClass,
      };
    }
  }

  return async function apply(entry: LedgerEntry, effect: LedgerEffect): Promise<EffectResult> {
    const next = nextMove(entry.before, entry.run.generation, entry.settleMs, entry.maxAttempts);
    switch (next.move) {
      case 'skip':
        log.info({ ...entry.labels, effect: entry.key }, 'effect skipped: it was confirmed before');
        return { state: 'skipped', receipt: next.receipt };
      case 'wait':
        return { state: 'later', waitMs: next.waitMs, failureClass: 'EffectHeld' };
      case 'fail':
        return next.failureClass === 'Stale'
          ? { state: 'stale' }
          : { state: 'failed', failureClass: next.failureClass };
      case 'ask': {
        try {
          const receipt = await ask(entry, effect);
          if (receipt) return { state: 'confirmed', receipt };
        } catch (error) {
          if (!(error instanceof VendorError)) throw error;
          return { state: 'later', waitMs: error.retryAfterMs ?? maxDelayMs, failureClass: error.failureClass };
        }
        if (next.mayPerform) return perform(entry, effect);
        const failureClass = entry.before?.failureClass ?? 'EffectRefused';
        const attempt = { generation: entry.run.generation, attempts: entry.before?.attempts ?? 0 };
        await endAttempt(queries, entry.key, attempt, { state: 'refused', unsettled: false, failureClass });
        return { state: 'failed', failureClass };
      }
      case 'perform':
        return perform(entry, effect);
      default:
        return next satisfies never;
    }
  };
}

export type Ledger = ReturnType<typeof createLedger>;

const spanOf = ({ key, labels }: LedgerEntry) => ({
  kind: 'client' as const,
  attributes: { 'causeway.effect': key, 'causeway.event_id': labels.event_id },
});

class LeaseSpent extends Error {
  override readonly name = 'LeaseSpent';
}
