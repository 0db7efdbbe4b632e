import { z } from 'zod';
import type { Change } from '../change.ts';
import { createCollection, type Reader } from '../collection.ts';
import { defaultCompanies, defaultPeople } from './defaults.ts';

/** Ids are numbers, as both providers have them. */
const id = z.string().regex(/^\d{1,15}$/);

export const companySchema = z.strictObject({
  name: z.string(),
  domain: z.string(),
  industry: z.string().default('Software'),
  employees: z.number().int().default(100),
  country: z.string().default('Germany'),
});
export type Company = z.output<typeof companySchema> & { id: string };

const position = z.strictObject({
  companyId: id,
  title: z.string(),
  from: z.string(),
  to: z.string().nullable().default(null),
});

export const personSchema = z.strictObject({
  name: z.string(),
  /** Where the person works and has worked, the latest first. */
  positions: z.array(position).min(1),
  email: z.string().nullable().default(null),
  phone: z.string().nullable().default(null),
  /** The provider may not tell of the person (451). */
  isWithheld: z.boolean().default(false),
  updatedAt: z.string().default('2026-01-15'),
});
export type Person = z.output<typeof personSchema> & { id: string };

const companies = createCollection('people/companies', z.object({ value: companySchema.extend({ id }).nullable() }));
const people = createCollection('people/people', z.object({ value: personSchema.extend({ id }).nullable() }));

export const putCompany = (companyId: string, company: z.output<typeof companySchema>): Change =>
  companies.put(companyId, { value: { ...company, id: companyId } });
export const putPerson = (personId: string, person: z.output<typeof personSchema>): Change =>
  people.put(personId, { value: { ...person, id: personId } });
/** Nobody knows the person any more. */
export const dropPerson = (personId: string): Change => people.put(personId, { value: null });

export function companyById(state: Reader, companyId: string): Company | undefined {
  const found = companies.find(state, companyId);
  return found ? (found.value ?? undefined) : defaultCompanies.find((company) => company.id === companyId);
}

export function personById(state: Reader, personId: string): Person | undefined {
  const found = people.find(state, personId);
  return found ? (found.value ?? undefined) : defaultPeople.find((person) => person.id === personId);
}

/** What was put counts in place of the default of the same id. By id. */
function all<Value extends { id: string }>(
  defaults: readonly Value[],
  found: readonly { value: Value | null }[],
  isPut: (id: string) => boolean,
) {
  const kept = defaults.filter((each) => !isPut(each.id));
  return [...kept, ...found.flatMap(({ value }) => value ?? [])].toSorted((a, b) => Number(a.id) - Number(b.id));
}

export const allCompanies = (state: Reader): Company[] =>
  all(defaultCompanies, companies.list(state), (companyId) => companies.find(state, companyId) !== undefined);

export const allPeople = (state: Reader): Person[] =>
  all(defaultPeople, people.list(state), (personId) => people.find(state, personId) !== undefined);

/** Where the person works now. */
export const currentPosition = ({ positions }: Person) => positions.find(({ to }) => to === null);
