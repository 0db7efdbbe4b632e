import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { type EventRun, type OpenEvent, readOpenEvent, storeFacts } from '../../db/event-steps.ts';
import type { Facts } from '../../domain/facts.ts';
import { VendorError } from '../../domain/failure.ts';
import { type RoleChange, roleChangeOf } from '../../domain/role-change.ts';
import { sealedFacts } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { erased, openEvent } from '../open-event.ts';
import { createDirectoryAnswers } from './directory-answers.ts';
import { changeInRecord } from './change-in-record.ts';
import { notSetUp } from './not-set-up.ts';
import { createPaidCalls, DailyCreditsUsed } from './paid-calls.ts';
import { addressOf, ownAddress } from './person-keys.ts';

/** After so many tries what Lusha's signal said itself has to do. */
const lushaAttempts = 3;

/**
 * Reads what was not told of a role change: of CoreSignal's notices everything, of Lusha's signals who the person is. `unknown`: nobody
 * knows the person any more.
 */
export function createReadChange(dependencies: ActivityDependencies) {
  const { queries, keyring, ports, policy } = dependencies;
  const pay = createPaidCalls(dependencies);
  const cache = createDirectoryAnswers(dependencies);
  const call = { timeoutMs: policy.act.callTimeoutMs };

  /** What is paid for here is not paid for again by the refresh that follows. */
  async function fromDirectory(row: OpenEvent, key: Buffer, told: RoleChange): Promise<RoleChange | undefined> {
    const directory = ports.companies;
    if (!directory) throw notSetUp('CoreSignal', 'CORESIGNAL_API_KEY');
    const now = new Date();
    const record = await pay(row, 'CoreSignal', () => directory.readMember(told.person.id, call)).catch(
      (error: unknown) => {
        throw error instanceof DailyCreditsUsed ? creditsUsed() : error;
      },
    );
    if (!record) return undefined;
    const kept = { key: { id: row.keyId ?? '', key }, value: record, fetchedAt: now };
    await cache.keep(row.tenantId, told.person.id, kept);
    return changeInRecord(told, record, now);
  }

  /** Without an answer the signal holds as it is: it says what changed, only not about whom. */
  async function fromLusha(row: OpenEvent, told: RoleChange): Promise<RoleChange> {
    const { people } = ports;
    if (!people) return told;
    try {
      const answer = await pay(row, 'Lusha', () => people.enrichPerson({ id: told.person.id }, call));
      if (answer.kind !== 'found') return told;
      const { name, emails, profileUrl } = answer.person;
      const email = emails.flatMap((each) => addressOf(each) ?? [])[0];
      return {
        ...told,
        person: {
          ...told.person,
          ...(name !== null && { name }),
          ...(email !== undefined && { email }),
          ...(profileUrl !== null && { profileUrl }),
        },
      };
    } catch (error) {
      const isOver = error instanceof VendorError && (!error.retryable || activityInfo().attempt >= lushaAttempts);
      if (isOver || error instanceof DailyCreditsUsed) return told;
      throw error;
    }
  }

  return async function readChange(run: EventRun): Promise<{ state: 'read' | 'unknown' }> {
    const { row, key, event } = openEvent(await readOpenEvent(queries, run), keyring);
    const told = roleChangeOf(event);
    const read = told && (await (told.isThin ? fromDirectory(row, key, told) : fromLusha(row, told)));
    if (!read) return { state: 'unknown' };
    const facts: Facts = { roleChange: read, gaps: [], provider: row.source, fetchedAt: new Date().toISOString() };
    const email = addressOf(read.person.email ?? null);
    const person = email === undefined ? undefined : ({ kind: 'person', email } as const);
    if (person && ownAddress(email) && (await keyring.isErased(row.tenantId, person))) throw erased();
    // Before the facts are there: an erasure by this address finds them, or has come first.
    if (person && !(await keyring.link(row.tenantId, row.keyId ?? '', person))) throw erased();
    await storeFacts(queries, run, sealedFacts.seal(key, row.id, facts), { aliases: [] });
    return { state: 'read' };
  };
}

const creditsUsed = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    "the day's credits are used up (buyerGroups.dailyCredits); redrive it tomorrow, or allow more",
    'DailyCreditsUsed',
  );
