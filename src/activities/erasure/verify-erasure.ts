import { ApplicationFailure } from '@temporalio/common';
import { leadCopiesIn } from '../../connectors/lead-copies.ts';
import type { Call } from '../../connectors/ports.ts';
import { countLeft } from '../../db/clear-person.ts';
import { readErasedEvents } from '../../db/erasures.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { findInTables } from '../../db/residue.ts';
import { batchWorkflowId, eventWorkflowId } from '../../domain/ids.ts';
import { findsOneOf } from '../../privacy/finds-one-of.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createPersonOf } from './person-of.ts';

/** What was looked through; `elsewhere`: how many readable leads, of others or from later, say an address or a number of the person. */
export interface Verified {
  stores: string[];
  elsewhere: number;
}

const leads = 'public.leads';
/** Their names are looked at by themselves; all else in them is a number of the company, which may be that of a phone. */
const ofCompanies = ['public.companies', 'public.company_aliases'];

/** Where something of the person is left, and how much; never what it is. */
type Residue = Record<string, number>;

/**
 * Looks for the person in every store: by what must be gone, and by their addresses and numbers, in every table and in what Temporal
 * kept of their events. Fails with `ResidueFound` as long as anything is left.
 */
export function createVerifyErasure(dependencies: ActivityDependencies) {
  const { queries, keyring, ports, historyTexts } = dependencies;
  const { leftOf } = createPersonOf(dependencies);

  /** A phone that somebody else gave, too, is not looked for: with them it stays. */
  async function notShared(tenantId: string, phones: readonly string[]): Promise<string[]> {
    const alone: string[] = [];
    for (const phone of phones) if (!(await keyring.isKnown(tenantId, { kind: 'person', phone }))) alone.push(phone);
    return alone;
  }

  async function inHistories(run: EventRun, texts: readonly string[]): Promise<number> {
    const finds = findsOneOf(texts);
    const events = await readErasedEvents(queries, run.eventId);
    const ids = new Set(
      events.flatMap(({ keyHash, generation, batchId }) => [
        ...Array.from({ length: generation + 1 }, (_, index) => eventWorkflowId(keyHash, index)),
        ...(batchId === null ? [] : [batchWorkflowId(batchId)]),
      ]),
    );
    let found = 0;
    for (const id of ids) if (finds(await historyTexts(id))) found += 1;
    return found;
  }

  async function inCopies(ids: readonly string[], call: Call): Promise<Residue> {
    const residue: Residue = {};
    for (const store of leadCopiesIn(ports)) residue[store.name] = (await store.holds(ids, call)).length;
    return residue;
  }

  async function residueOf(run: EventRun, call: Call): Promise<{ residue: Residue; elsewhere: number }> {
    const { tenantId, person } = await leftOf(run);
    const { emails, phones, aliases } = person;
    const alone = await notShared(tenantId, phones);
    const left = await countLeft(queries, { erasureId: run.eventId, tenantId, aliases, emails, phones: alone });
    const ids = (await readErasedEvents(queries, run.eventId)).map(({ id }) => id);
    const theirs = [...emails, ...alone];
    // What is in `leads` was looked at by whose it is; what others wrote into theirs, or somebody who came back, is not taken out.
    const { [leads]: elsewhere = 0, ...tables } = await findInTables(queries, theirs);
    const residue = {
      ...left,
      ...Object.fromEntries(Object.entries(tables).filter(([table]) => !ofCompanies.includes(table))),
      ...(await inCopies(ids, call)),
      histories: await inHistories(run, theirs),
    };
    return { residue, elsewhere };
  }

  return async function verifyErasure(run: EventRun, call: Call): Promise<Verified> {
    const { residue, elsewhere } = await residueOf(run, call);
    const left = Object.entries(residue).filter(([, count]) => count > 0);
    if (left.length === 0) return { stores: ['all tables', ...Object.keys(residue)], elsewhere };
    throw ApplicationFailure.retryable(
      `something of the person is left: ${left.map(([store, count]) => `${store} (${count})`).join(', ')}`,
      'ResidueFound',
    );
  };
}
