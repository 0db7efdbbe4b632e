import { randomUUID } from 'node:crypto';
import type { LeadCopies } from '../connectors/ports.ts';
import {
  readGroupChangesOf,
  readMembershipsOf,
  readPeopleOf,
  readRefreshRequestsOf,
} from '../db/buyer-groups/export.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import {
  type KnownPerson,
  noteExport,
  type PersonKey,
  readCachedOf,
  readConsentsOf,
  readErasedBefore,
  readEventsNaming,
  readEventsOf,
  readLeadsOf,
  readPersonKeys,
} from '../db/held-of-person.ts';
import type { SubjectQuery } from '../domain/erasure.ts';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { isRoleMailbox } from '../domain/role-mailbox.ts';
import { maxEventsPerExport, type SubjectExport } from '../domain/subject-export.ts';
import type { Hasher } from '../privacy/hasher.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { personAskedFor } from '../privacy/person-asked-for.ts';
import { aliasesOf } from '../privacy/subject-aliases.ts';
import type { Logger } from '../telemetry/log.ts';
import { type KeyOf, openChange, openMembership, openPerson, openRequest } from './open-groups.ts';
import { openCopy, openHeld, openNaming } from './open-held.ts';

/** `ambiguous`: a phone, or a shared mailbox, that several people gave, whose data must not be mixed. */
export type ExportAsked = SubjectExport | 'nothing' | 'ambiguous';

const askTimeoutMs = 10_000;
/** Whether there is more than an export shows is seen by one more. */
const oneMore = maxEventsPerExport + 1;

/** What is held of people, for who asks what is held of them. Each export is noted, without whom it was about. */
export function createSubjects(options: {
  queries: Queries;
  keyring: Keyring;
  hasher: Hasher;
  tenantId: string;
  spellingsOf: (subject: SubjectIdentifiers) => SubjectIdentifiers[];
  /** Stores beside PostgreSQL that have copies of leads. */
  copies: () => Promise<readonly LeadCopies[]>;
  log: Logger;
}) {
  const { queries, keyring, hasher, tenantId, spellingsOf, copies, log } = options;

  async function find(query: SubjectQuery): Promise<{ person: KnownPerson; keys: PersonKey[] } | 'ambiguous'> {
    const asked = personAskedFor(query, { hasher, tenantId, spellingsOf });
    const keys = await readPersonKeys(queries, asked);
    const isShared = 'phone' in query || ('email' in query && isRoleMailbox(query.email));
    if (isShared && !areOnePerson(keys)) return 'ambiguous';
    const aliases = [...(isShared ? [] : asked.aliases), ...keys.flatMap((key) => key.aliases)];
    return { person: { tenantId, keyIds: keys.map(({ id }) => id), aliases: [...new Set(aliases)] }, keys };
  }

  /** A store that does not answer keeps nobody from the rest. */
  async function copiesOf(leadIds: readonly string[]): Promise<SubjectExport['copies']> {
    if (leadIds.length === 0) return [];
    const asked = (await copies()).map(async (store) => {
      const ids = await store.holds(leadIds, { timeoutMs: askTimeoutMs }).catch(() => null);
      return { store: store.name, ids: ids && [...ids] };
    });
    return (await Promise.all(asked)).filter(({ ids }) => ids?.length !== 0);
  }

  const keyOf =
    (keys: readonly PersonKey[]): KeyOf =>
    (keyId) => {
      const wrapped = keys.find(({ id }) => id === keyId)?.wrapped;
      if (!wrapped) throw new Error('something of the person is under a key of somebody else');
      return keyring.unwrap({ id: keyId, wrapped }).key;
    };

  async function groupsOf(
    person: KnownPerson,
    key: KeyOf,
  ): Promise<Pick<SubjectExport, 'people' | 'groups' | 'groupChanges' | 'refreshRequests'>> {
    const [people, memberships, changes, requests] = await Promise.all([
      readPeopleOf(queries, person, oneMore),
      readMembershipsOf(queries, person, oneMore),
      readGroupChangesOf(queries, person, oneMore),
      readRefreshRequestsOf(queries, person, oneMore),
    ]);
    return {
      people: people.map((each) => openPerson(each, key)),
      groups: memberships.map((each) => openMembership(each, key)),
      groupChanges: changes.map((each) => openChange(each, key)),
      refreshRequests: requests.map((each) => openRequest(each, key)),
    };
  }

  async function collect(query: SubjectQuery): Promise<Omit<SubjectExport, 'id' | 'at'> | 'nothing' | 'ambiguous'> {
    const found = await find(query);
    if (found === 'ambiguous') return found;
    const { person, keys } = found;
    const [leads, events, naming, groups, consents, cached, erasedBefore] = await Promise.all([
      readLeadsOf(queries, person, oneMore),
      readEventsOf(queries, person, oneMore),
      readEventsNaming(queries, person, oneMore),
      groupsOf(person, keyOf(keys)),
      readConsentsOf(queries, person),
      readCachedOf(queries, person),
      readErasedBefore(queries, person),
    ]);
    const held = [leads, events, naming, consents, cached, ...Object.values(groups)];
    if (held.every(({ length }) => length === 0)) return 'nothing';
    const isThem = (contact: SubjectIdentifiers) =>
      aliasesOf(hasher, tenantId, contact).some(({ hash }) => person.aliases.includes(hash));
    const shown = leads.slice(0, maxEventsPerExport);
    return {
      leads: shown,
      events: events.slice(0, maxEventsPerExport).map((event) => openHeld(event, keyring, isThem)),
      namedIn: naming.slice(0, maxEventsPerExport).map((event) => openNaming(event, keyring, isThem)),
      consents,
      people: groups.people.slice(0, maxEventsPerExport),
      groups: groups.groups.slice(0, maxEventsPerExport),
      groupChanges: groups.groupChanges.slice(0, maxEventsPerExport),
      refreshRequests: groups.refreshRequests.slice(0, maxEventsPerExport),
      cached: cached.map((copy) => openCopy(copy, keyOf(keys))),
      copies: await copiesOf(shown.map(({ id }) => String(id))),
      erasedBefore,
      cut: [leads, events, naming, ...Object.values(groups)].some(({ length }) => length > maxEventsPerExport),
    };
  }

  return {
    async export(query: SubjectQuery, by: string): Promise<ExportAsked> {
      const collected = await orUnavailable(collect(query));
      if (typeof collected === 'string') return collected;
      const id = randomUUID();
      await orUnavailable(noteExport(queries, { tenantId, who: by, id }));
      log.info({ export_id: id }, 'what is held of a person was exported');
      return { id, at: new Date().toISOString(), ...collected };
    },
  };
}

export type Subjects = ReturnType<typeof createSubjects>;

/** Whether keys hang together by addresses and ids: a phone or a shared mailbox alone makes nobody the same. */
function areOnePerson(keys: readonly PersonKey[]): boolean {
  const [first, ...rest] = keys;
  if (!first) return true;
  const known = new Set(first.aliases);
  let apart = rest;
  for (;;) {
    const joining = apart.filter(({ aliases }) => aliases.some((alias) => known.has(alias)));
    if (joining.length === 0) return apart.length === 0;
    for (const alias of joining.flatMap(({ aliases }) => aliases)) known.add(alias);
    apart = apart.filter((key) => !joining.includes(key));
  }
}
