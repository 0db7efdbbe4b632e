import { readEmail } from '../../domain/email.ts';
import { isRoleMailbox } from '../../domain/role-mailbox.ts';
import type { SubjectIdentifiers } from '../../domain/incoming.ts';
import type { DataKey } from '../../privacy/keyring.ts';
import { plainName } from '../../buyer-groups/works-there.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { OpenCandidate } from './candidates.ts';

export const directorySource = 'coresignal';
const inDirectory = (id: string): SubjectIdentifiers => ({ kind: 'person', external: [directorySource, id] });
const byEmail = (email: string): SubjectIdentifiers => ({ kind: 'person', email });

/** As addresses are compared; undefined for what is none. */
export function addressOf(text: string | null): string | undefined {
  const read = text === null ? undefined : readEmail(text.trim());
  return read && `${read.local}@${read.domain}`.toLowerCase();
}

/** The address of somebody, by which the person is known; undefined for that of a desk, which several read. */
export const ownAddress = (email: string | undefined): string | undefined =>
  email === undefined || isRoleMailbox(email) ? undefined : email;

/** People of whom only events told, by their names; each is taken once, and nobody of a name that two have. */
export class Namesakes {
  readonly #byName = new Map<string, OpenCandidate | null>();

  constructor(candidates: readonly OpenCandidate[]) {
    for (const candidate of candidates.filter(isOnlyTold)) {
      const name = plainName(candidate.known.name ?? '');
      if (name !== '') this.#byName.set(name, this.#byName.has(name) ? null : candidate);
    }
  }

  take(name: string): OpenCandidate | undefined {
    const found = this.#byName.get(plainName(name)) ?? undefined;
    if (found) this.#byName.delete(plainName(name));
    return found;
  }
}

/** Events told of the person, and the directory has not yet. */
export const isOnlyTold = ({ known, member, seenBy }: OpenCandidate): boolean =>
  known.directoryId === undefined && member?.sources.join() === 'event' && !seenBy?.includes(directorySource);

/** Under whose key something is kept that a provider told of a person. */
export function createPersonKeys({ keyring }: Pick<ActivityDependencies, 'keyring'>) {
  const isErased = async (tenantId: string, email: string | undefined): Promise<boolean> =>
    email !== undefined && (await keyring.isErased(tenantId, byEmail(email)));

  /** From now on the addresses lead to the person. `false`: one of them is that of somebody who was erased. */
  async function link(tenantId: string, keyId: string, emails: readonly string[]): Promise<boolean> {
    for (const email of emails) if (await isErased(tenantId, ownAddress(email))) return false;
    for (const email of emails) if (!(await keyring.link(tenantId, keyId, byEmail(email)))) return false;
    return true;
  }

  async function find(
    tenantId: string,
    { id, name, email }: { id: string; name: string; email: string | undefined },
    namesakes: Namesakes,
  ): Promise<DataKey | undefined> {
    if (await keyring.isKnown(tenantId, inDirectory(id))) return keyring.keyForCopy(tenantId, inDirectory(id));
    const own = ownAddress(email);
    const isMet = own !== undefined && (await keyring.isKnown(tenantId, byEmail(own)));
    const namesake = isMet ? undefined : namesakes.take(name);
    const person = { ...inDirectory(id), ...(email !== undefined && { email }) };
    if (!namesake || (await keyring.isErased(tenantId, person))) return keyring.keyForCopy(tenantId, person);
    const isLinked = await keyring.link(tenantId, namesake.personId, inDirectory(id));
    return isLinked ? { id: namesake.personId, key: namesake.key } : undefined;
  }

  return {
    link,

    /**
     * The key of somebody whom the directory tells of: that by which its id is known, else the address; else that of the one of the same
     * name of whom an event told. `undefined`: the person was erased.
     */
    async keyOf(
      tenantId: string,
      person: { id: string; name: string; email: string | undefined },
      namesakes: Namesakes,
    ): Promise<DataKey | undefined> {
      const { email } = person;
      if (await isErased(tenantId, ownAddress(email))) return undefined;
      const found = await find(tenantId, person, namesakes);
      if (!found || email === undefined) return found;
      return (await keyring.link(tenantId, found.id, byEmail(email))) ? found : undefined;
    },

    /** The key that the directory's id leads to, of whomever it is. */
    knownBy: async (tenantId: string, id: string): Promise<DataKey | undefined> =>
      (await keyring.isKnown(tenantId, inDirectory(id))) ? keyring.keyForCopy(tenantId, inDirectory(id)) : undefined,
  };
}
