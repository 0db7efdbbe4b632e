import { ApplicationFailure } from '@temporalio/common';
import type { PreparedEffect } from '../actions/action.ts';
import { UnusableAction } from '../actions/unusable-action.ts';
import { type EffectRun, readForEffect } from '../db/effects.ts';
import { needsConsent } from '../decisions/with-consent.ts';
import { effectKeys } from '../domain/ids.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { changeHashes } from '../privacy/change-hashes.ts';
import { madeContact } from '../privacy/person-asked-for.ts';
import { sealedAddress, sealedDecision } from '../privacy/sealed-records.ts';
import { createConsentOf } from './consent-of.ts';
import { countEffect } from './count-effect.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { erased, openEvent, superseded } from './open-event.ts';

/**
 * Does one effect of the stored decision, through the ledger. Ends `confirmed`, `skipped`, or `stale` when a later change was
 * written already; else it fails by its class.
 */
export function createAct(dependencies: ActivityDependencies) {
  const { queries, keyring, hasher, ports, actions, fallback, ledger, policy, metrics } = dependencies;
  const consentOf = createConsentOf(dependencies);
  return async function act(step: EffectRun & { key: string }): Promise<{ state: 'confirmed' | 'skipped' | 'stale' }> {
    const found = await readForEffect(queries, step, step.key);
    const { row, key, event } = openEvent(found, keyring);
    if (found?.namesErased === true) throw erased();
    if (!found?.decisionSealed) throw superseded();
    const { decision, facts } = sealedDecision.open(key, row.id, found.decisionSealed);
    const index = effectKeys(row.id, decision.actions).findIndex((effect) => effect.key === step.key);
    const planned = decision.actions[index];
    if (!planned) throw superseded();

    const action = actions[planned.type];
    if (!action) throw new UnusableAction(`${planned.type}: nothing here can do it`);
    const before = found.effect;
    // A step may come long after its decision: it waits for a provider, or it is run again.
    const needsProof = before?.state !== 'confirmed' && needsConsent({ mode: decision.mode, actions: [planned] });
    if (needsProof && !(await consentOf(row, facts)).granted) throw consentWithdrawn();
    // Only what a new generation decides anew may go elsewhere; an attempt whose end is unknown is looked for where it went.
    const isFollowUp = before !== null && (before.unsettled || before.generation === step.generation);
    const address =
      isFollowUp && found.addressSealed ? sealedAddress.open(key, step.key, found.addressSealed) : undefined;
    // What is confirmed needs no address: the ledger skips it without asking the effect anything.
    const effect: PreparedEffect =
      before?.state === 'confirmed'
        ? alreadyDone
        : await action.prepare(
            {
              tenantId: row.tenantId,
              eventId: row.id,
              action: planned,
              event,
              facts,
              fallback,
              ...(address !== undefined && { address }),
            },
            ports,
            { timeoutMs: policy.act.callTimeoutMs },
          );
    const result = await ledger(
      {
        run: step,
        key: step.key,
        action: planned.type,
        targetId: planned.targetId,
        priority: planned.priority,
        addressSealed: sealedAddress.seal(key, step.key, effect.address),
        settleMs: action.settleMs,
        maxAttempts: action.attempts,
        provider: action.provider,
        write: effect.write && changeHashes(hasher, row.tenantId, effect.write),
        before,
        labels: eventLabels(row),
      },
      effect,
    );
    countEffect(metrics, planned.type, result);
    const contactId =
      'receipt' in result && planned.type === 'upsert_contact' ? result.receipt['contactId'] : undefined;
    // From then on the CRM may ask by that id to erase the person.
    if (contactId !== undefined && row.keyId && !(await keyring.link(row.tenantId, row.keyId, madeContact(contactId))))
      throw erased();
    switch (result.state) {
      case 'confirmed':
      case 'skipped':
      case 'stale':
        return { state: result.state };
      case 'later':
        throw ApplicationFailure.create({
          type: result.failureClass,
          message: `${planned.type} is tried again`,
          nextRetryDelay: result.waitMs,
        });
      case 'failed':
        throw ApplicationFailure.nonRetryable(`${planned.type} was not done`, result.failureClass);
      default:
        return result satisfies never;
    }
  };
}

const consentWithdrawn = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('consent was taken back after it was decided', 'ConsentWithdrawn');

const unreachable = () => Promise.reject(new Error('a confirmed effect is never asked for'));
const alreadyDone = { address: '', perform: unreachable, find: unreachable };
