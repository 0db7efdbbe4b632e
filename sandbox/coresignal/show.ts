import type { Reader } from '../collection.ts';
import { type Company, companyById, currentPosition, type Person } from '../people/people.ts';

/** A company in the multi-source form; the part of it that is read. */
export const showCompany = ({ id, name, domain, industry, employees, country }: Company) => ({
  id: Number(id),
  company_name: name,
  website: `https://www.${domain}`,
  unique_domain: domain,
  industry,
  employees_count: employees,
  hq_country: country,
  last_updated_at: '2026-01-15',
});

/** An employee in the multi-source form; the part of it that is read. */
export function showEmployee(state: Reader, person: Person) {
  const current = currentPosition(person);
  const [firstName = '', ...others] = person.name.split(' ');
  return {
    id: Number(person.id),
    full_name: person.name,
    first_name: firstName,
    last_name: others.join(' '),
    headline: current?.title ?? '',
    professional_network_url: `https://www.professional-network.example/in/${person.id}`,
    primary_professional_email: person.email,
    is_deleted: 0,
    is_working: current ? 1 : 0,
    active_experience_title: current?.title ?? null,
    active_experience_company_id: current ? Number(current.companyId) : null,
    updated_at: person.updatedAt,
    experience: person.positions.map(({ companyId, title, from, to }, index) => {
      const company = companyById(state, companyId);
      return {
        active_experience: to === null ? 1 : 0,
        position_title: title,
        company_id: Number(companyId),
        company_name: company?.name ?? null,
        company_website: company ? `https://www.${company.domain}` : null,
        date_from: from,
        date_to: to,
        order_in_profile: index + 1,
      };
    }),
  };
}
