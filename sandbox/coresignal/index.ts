import { charge } from '../people/credits.ts';
import { allCompanies, allPeople, companyById, personById } from '../people/people.ts';
import type { Call, Outcome, Vendor } from '../vendor.ts';
import { coreSignalFailure } from './failure.ts';
import { searchIds } from './search.ts';
import { showCompany, showEmployee } from './show.ts';

/** What one record of the multi-source kind costs. */
const recordCredits = 20;

function collected(state: Call['state'], target: string, record: object | undefined): Outcome {
  if (!record) return { answer: coreSignalFailure(404, 'Not found') };
  const refusal = coreSignalFailure(402, '');
  return charge(state, { connector: 'coresignal', credits: recordCredits, target, refusal }, (remaining) => ({
    status: 200,
    body: record,
    headers: { 'x-credits-remaining': String(remaining) },
  }));
}

const domainOf = (website: string): string =>
  (URL.parse(website.includes('://') ? website : `https://${website}`)?.hostname ?? '').replace(/^www\./, '');

export const coresignal: Vendor = {
  connector: 'coresignal',
  prefix: '/coresignal',
  keyHeader: 'apikey',
  operations: [
    {
      name: 'companies.search',
      method: 'POST',
      paths: ['/cdapi/v2/company_multi_source/search/es_dsl'],
      run: (call) =>
        searchIds(
          call,
          allCompanies(call.state).map((company) => ({ id: company.id, fields: showCompany(company) })),
        ),
    },
    {
      name: 'companies.enrich',
      method: 'GET',
      paths: ['/cdapi/v2/company_multi_source/enrich'],
      run({ query, state }) {
        const domain = domainOf(query.get('website') ?? '');
        const company = allCompanies(state).find((each) => each.domain === domain);
        return collected(state, `companies/${company?.id}`, company && showCompany(company));
      },
    },
    {
      name: 'companies.collect',
      method: 'GET',
      paths: ['/cdapi/v2/company_multi_source/collect/:id'],
      run({ path, state }) {
        const company = companyById(state, path['id'] ?? '');
        return collected(state, `companies/${company?.id}`, company && showCompany(company));
      },
    },
    {
      name: 'employees.search',
      method: 'POST',
      paths: ['/cdapi/v2/employee_multi_source/search/es_dsl'],
      run: (call) =>
        searchIds(
          call,
          allPeople(call.state).map((person) => ({ id: person.id, fields: showEmployee(call.state, person) })),
        ),
    },
    {
      name: 'employees.collect',
      method: 'GET',
      paths: ['/cdapi/v2/employee_multi_source/collect/:id'],
      run({ path, state }) {
        const person = personById(state, path['id'] ?? '');
        return collected(state, `employees/${person?.id}`, person && showEmployee(state, person));
      },
    },
  ],
  unauthenticated: () => coreSignalFailure(401, ''),
  failure: coreSignalFailure,
};
