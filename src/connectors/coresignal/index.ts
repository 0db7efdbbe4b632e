import type { z } from 'zod';
import { comparable } from '../../domain/characters.ts';
import { VendorError } from '../../domain/failure.ts';
import { createJsonClient, type JsonAnswer } from '../json-request.ts';
import type { Charged, CompanyDirectoryPort, CompanyRecord } from '../ports.ts';
import { company, employee, ids } from './schema.ts';

/** What one record of the multi-source kind costs by the price list; searches are free. */
const recordCredits = 20;
const maximumPage = 1_000;

/** CoreSignal's multi-source API, version 2. */
export function createCoreSignal(options: {
  apiKey: string;
  /** `https://api.coresignal.com/cdapi/v2`, or the sandbox. */
  baseUrl: string;
}): CompanyDirectoryPort {
  const ask = createJsonClient({
    provider: 'CoreSignal',
    baseUrl: options.baseUrl,
    headers: { apikey: options.apiKey },
  });

  /** One record; null when CoreSignal has none, which costs nothing. */
  async function collect<T>(
    operation: string,
    path: string,
    schema: z.ZodType<T>,
    timeoutMs: number,
  ): Promise<Charged<T | null>> {
    try {
      const answer = await ask(operation, { method: 'GET', path, timeoutMs });
      return {
        value: readBy(schema, operation, answer),
        credits: { charged: recordCredits, remaining: remainingOf(answer) },
      };
    } catch (error) {
      if (error instanceof VendorError && error.kind === 'NotFound') return nothing;
      throw error;
    }
  }

  async function search(
    operation: string,
    kind: 'company' | 'employee',
    terms: readonly object[],
    page: { next: string | null; limit: number },
    timeoutMs: number,
  ) {
    const query = new URLSearchParams({
      items_per_page: String(page.limit),
      ...(page.next !== null && { after: page.next }),
    });
    const path = `/${kind}_multi_source/search/es_dsl?${query.toString()}`;
    const answer = await ask(operation, {
      method: 'POST',
      path,
      body: { query: { bool: { must: terms } }, sort: ['id'] },
      timeoutMs,
    });
    return { answer, ids: readBy(ids, operation, answer) };
  }

  async function resolveByName(name: string, timeoutMs: number): Promise<Charged<CompanyRecord | null>> {
    const startedMs = performance.now();
    const terms = [{ match_phrase: { company_name: name } }];
    const found = await search('resolveCompany', 'company', terms, { next: null, limit: 2 }, timeoutMs / 2);
    const [first, ...others] = found.ids;
    // Of two companies of one name nobody can say which is meant.
    if (first === undefined || others.length > 0)
      return { value: null, credits: { charged: 0, remaining: remainingOf(found.answer) } };
    const leftMs = timeoutMs - (performance.now() - startedMs);
    const { value, credits } = await collect(
      'resolveCompany',
      `/company_multi_source/collect/${first}`,
      company,
      leftMs,
    );
    // A search by name also hits longer names that have this one in them.
    return { value: value && comparable(value.name) === comparable(name) ? value : null, credits };
  }

  return {
    async resolveCompany({ id, domain, name }, { timeoutMs }) {
      const byId = id !== undefined && isId(id) ? `/company_multi_source/collect/${id}` : undefined;
      const byDomain = domain && `/company_multi_source/enrich?${new URLSearchParams({ website: domain }).toString()}`;
      const path = byId ?? byDomain;
      if (path) return collect('resolveCompany', path, company, timeoutMs);
      return name ? resolveByName(name, timeoutMs) : nothing;
    },

    async listMembers(companyId, { next, limit }, { timeoutMs }) {
      if (!isId(companyId)) return { value: { ids: [], next: null, total: 0 }, credits: free };
      const terms = [{ term: { active_experience_company_id: Number(companyId) } }, { term: { is_deleted: 0 } }];
      const page = { next, limit: Math.min(maximumPage, Math.max(1, Math.trunc(limit))) };
      const { answer, ids: found } = await search('listMembers', 'employee', terms, page, timeoutMs);
      const after = answer.headers.get('x-next-page-after');
      return {
        // An empty page ends a listing, whatever its header says: it would never end otherwise.
        value: { ids: found, next: found.length === 0 ? null : after, total: numberIn(answer, 'x-total-results') },
        credits: { charged: 0, remaining: remainingOf(answer) },
      };
    },

    async readMember(personId, { timeoutMs }) {
      if (!isId(personId)) return nothing;
      const { value, credits } = await collect(
        'readMember',
        `/employee_multi_source/collect/${personId}`,
        employee,
        timeoutMs,
      );
      if (value && value.person.id !== personId) throw malformed('readMember', 'the record of another id');
      return { value: value && !value.isDeleted ? value.person : null, credits };
    },

    async health({ timeoutMs }) {
      // The id of nobody: a search costs nothing, and its answer tells what is left.
      const { answer } = await search('health', 'employee', [{ term: { id: 0 } }], { next: null, limit: 1 }, timeoutMs);
      return { charged: 0, remaining: remainingOf(answer) };
    },
  };
}

const free = { charged: 0, remaining: null };
const nothing = { value: null, credits: free };

/** CoreSignal's ids are numbers: nothing else is put into a path. */
const isId = (id: string): boolean => /^\d{1,19}$/.test(id);

const remainingOf = (answer: JsonAnswer): number | null => numberIn(answer, 'x-credits-remaining');

function numberIn({ headers }: JsonAnswer, name: string): number | null {
  const value = headers.get(name) ?? '';
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function readBy<T>(schema: z.ZodType<T>, operation: string, { body }: JsonAnswer): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(operation, 'no known form');
}

const malformed = (operation: string, detail: string) =>
  new VendorError('CoreSignal', 'Malformed', `CoreSignal ${operation}: Malformed (${detail})`);
