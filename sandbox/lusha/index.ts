import { charge, creditsOf } from '../people/credits.ts';
import { allPeople, companyById, currentPosition, type Person } from '../people/people.ts';
import type { Answer, Call, Outcome, Vendor } from '../vendor.ts';

const revealCredits = 1;
/** Lusha's ids of people are its own. */
const firstPersonId = 4_000_000_000;
const lushaPersonId = (personId: string): number => firstPersonId + Number(personId);

const messages: Readonly<Record<number, string>> = {
  401: 'The API key is invalid',
  402: 'Your account requires payment',
  429: 'Daily API quota limit exceeded',
  451: 'We are unable to process this contact request due to our GDPR regulations',
};

/** An error as Lusha words it. */
const lushaFailure = (status: number, message: string): Answer => ({
  status,
  body: { statusCode: status, message: messages[status] ?? message, errors: [] },
  ...((status === 429 || status === 503) && { headers: { 'retry-after': '1' } }),
});

/** That nobody was found is an answer like any other, and costs nothing. */
const unknown: Outcome = {
  answer: {
    status: 200,
    body: {
      contact: {
        error: { code: 3, name: 'EMPTY_DATA', message: 'Could not find requested contact' },
        isCreditCharged: false,
      },
    },
  },
};

function findPerson({ query, state }: Call): Person | undefined {
  const given = (name: string) => query.get(name)?.trim().toLowerCase() || undefined;
  const [personId, email, url, first, last] = ['personId', 'email', 'linkedinUrl', 'firstName', 'lastName'].map(given);
  const [domain, companyName] = [given('companyDomain'), given('companyName')];
  return allPeople(state).find((person) => {
    if (personId) return String(lushaPersonId(person.id)) === personId;
    if (email) return person.email?.toLowerCase() === email;
    if (url) return url.endsWith(`/${person.id}`);
    const company = companyById(state, currentPosition(person)?.companyId ?? '');
    const isThere = company?.domain === domain || company?.name.toLowerCase() === companyName;
    return isThere && person.name.toLowerCase() === `${first} ${last}`;
  });
}

function isAnswerable({ query }: Call): boolean {
  const has = (...names: string[]) => names.every((name) => Boolean(query.get(name)));
  const named = has('firstName', 'lastName') && (has('companyDomain') || has('companyName'));
  return has('personId') || has('email') || has('linkedinUrl') || named;
}

function showPerson(state: Call['state'], person: Person) {
  const current = currentPosition(person);
  const company = companyById(state, current?.companyId ?? '');
  const [firstName = '', ...others] = person.name.split(' ');
  return {
    personId: lushaPersonId(person.id),
    fullName: person.name,
    firstName,
    lastName: others.join(' '),
    emailAddresses: person.email ? [{ email: person.email, emailType: 'work', emailConfidence: 'A+' }] : [],
    phoneNumbers: person.phone ? [{ number: person.phone, phoneType: 'work', doNotCall: false }] : [],
    jobTitle: { title: current?.title ?? null, departments: [], seniority: null },
    company: company && { name: company.name, domains: { homepage: company.domain, email: company.domain } },
    socialLinks: { linkedin: `https://www.professional-network.example/in/${person.id}` },
    updateDate: person.updatedAt,
  };
}

export const lusha: Vendor = {
  connector: 'lusha',
  prefix: '/lusha',
  keyHeader: 'api_key',
  operations: [
    {
      name: 'person.read',
      method: 'GET',
      paths: ['/v2/person'],
      run(call) {
        if (!isAnswerable(call))
          return { answer: lushaFailure(400, 'one of the combinations of parameters is needed') };
        const person = findPerson(call);
        if (!person) return unknown;
        if (person.isWithheld) return { answer: lushaFailure(451, '') };
        const target = `people/${lushaPersonId(person.id)}`;
        const refusal = lushaFailure(402, '');
        return charge(call.state, { connector: 'lusha', credits: revealCredits, target, refusal }, () => ({
          status: 200,
          body: { contact: { error: null, isCreditCharged: true, data: showPerson(call.state, person) } },
        }));
      },
    },
    {
      name: 'account.usage',
      method: 'GET',
      paths: ['/v3/account/usage'],
      run({ state }) {
        const { total, used } = creditsOf(state, 'lusha');
        return { answer: { status: 200, body: { credits: { total, used, remaining: total - used } } } };
      },
    },
  ],
  unauthenticated: () => lushaFailure(401, ''),
  failure: lushaFailure,
};
