import type { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import { createJsonClient, type JsonAnswer } from '../json-request.ts';
import type { PeopleEnrichmentPort, PersonReference } from '../ports.ts';
import { personAnswer, usage } from './schema.ts';

/** Lusha's person API, version 2, and the usage of the account. */
export function createLusha(options: {
  apiKey: string;
  /** `https://api.lusha.com`, or the sandbox. */
  baseUrl: string;
}): PeopleEnrichmentPort {
  const ask = createJsonClient({ provider: 'Lusha', baseUrl: options.baseUrl, headers: { api_key: options.apiKey } });

  return {
    async enrichPerson(reference, { timeoutMs }) {
      const query = queryOf(reference);
      if (query === undefined) return { value: { kind: 'unknown' }, credits: free };
      try {
        const answer = await ask('enrichPerson', { method: 'GET', path: `/v2/person?${query.toString()}`, timeoutMs });
        const { contact } = readBy(personAnswer, 'enrichPerson', answer);
        const credits = { charged: contact.isCreditCharged ? 1 : 0, remaining: null };
        if (contact.error) return { value: { kind: 'unknown' }, credits };
        return { value: { kind: 'found', person: contact.data }, credits };
      } catch (error) {
        if (error instanceof VendorError && error.kind === 'Withheld')
          return { value: { kind: 'withheld' }, credits: free };
        throw error;
      }
    },

    async health({ timeoutMs }) {
      const answer = await ask('health', { method: 'GET', path: '/v3/account/usage', timeoutMs });
      return { charged: 0, remaining: readBy(usage, 'health', answer).credits.remaining };
    },
  };
}

const free = { charged: 0, remaining: null };

/** The surest of what is known; undefined where it is too little to find anybody by. */
function queryOf({
  id,
  email,
  profileUrl,
  firstName,
  lastName,
  companyDomain,
  companyName,
}: PersonReference): URLSearchParams | undefined {
  if (id) return new URLSearchParams({ personId: id });
  if (email) return new URLSearchParams({ email });
  if (profileUrl) return new URLSearchParams({ linkedinUrl: profileUrl });
  if (!firstName || !lastName || !(companyDomain || companyName)) return undefined;
  const company = companyDomain ? { companyDomain } : { companyName: companyName ?? '' };
  return new URLSearchParams({ firstName, lastName, ...company });
}

function readBy<T>(schema: z.ZodType<T>, operation: string, { body }: JsonAnswer): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new VendorError('Lusha', 'Malformed', `Lusha ${operation}: Malformed (no known form)`);
}
