import { ApplicationFailure } from '@temporalio/common';
import { readOpenEvent, type EventRun, storeFacts } from '../../db/event-steps.ts';
import type { Facts } from '../../domain/facts.ts';
import { roleChangeOf } from '../../domain/role-change.ts';
import { sealedFacts } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { notSetUp } from './not-set-up.ts';
import { openEvent } from '../open-event.ts';
import { changeInRecord } from './change-in-record.ts';
import { createPaidCalls, DailyCreditsUsed } from './paid-calls.ts';

/** Reads what changed about somebody of whom only the id was told. `unknown`: nobody knows the person any more. */
export function createReadChange(dependencies: ActivityDependencies) {
  const { queries, keyring, ports, policy } = dependencies;
  const pay = createPaidCalls(dependencies);

  return async function readChange(run: EventRun): Promise<{ state: 'read' | 'unknown' }> {
    const { row, key, event } = openEvent(await readOpenEvent(queries, run), keyring);
    const told = roleChangeOf(event);
    const directory = ports.companies;
    if (!directory) throw notSetUp('CoreSignal', 'CORESIGNAL_API_KEY');
    if (!told) return { state: 'unknown' };
    const call = { timeoutMs: policy.act.callTimeoutMs };
    const record = await pay({ id: row.id, tenantId: row.tenantId }, 'CoreSignal', () =>
      directory.readMember(told.person.id, call),
    ).catch((error: unknown) => {
      throw error instanceof DailyCreditsUsed ? creditsUsed() : error;
    });
    if (!record) return { state: 'unknown' };
    const now = new Date();
    const facts: Facts = {
      roleChange: changeInRecord(told, record, now),
      gaps: [],
      provider: 'coresignal',
      fetchedAt: now.toISOString(),
    };
    await storeFacts(queries, run, sealedFacts.seal(key, row.id, facts), []);
    if (record.email !== null)
      await keyring.link(row.tenantId, row.keyId ?? '', { kind: 'person', email: record.email });
    return { state: 'read' };
  };
}

const creditsUsed = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    "the day's credits are used up (buyerGroups.dailyCredits); redrive it tomorrow, or allow more",
    'DailyCreditsUsed',
  );
