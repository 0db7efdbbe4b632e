import { z } from 'zod';
import { readCompanyDomain } from '../../domain/domain-name.ts';
import { looseText as text } from '../json-request.ts';

const id = z.union([z.int().positive(), z.string().regex(/^\d{1,19}$/)]).transform(String);

const domain = text.transform((value) => (value === null ? null : (readCompanyDomain(value) ?? null)));

/** A name, without which nothing is of a known form. */
const name = text.pipe(z.string());

const earliestMs = Date.UTC(1900);
const latestMs = Date.UTC(2200);

/** Of what is no plausible date nothing can be said, and no column might hold it. */
function plausibleDate(value: string | null): string | null {
  const ms = Date.parse(value ?? '');
  return ms >= earliestMs && ms < latestMs ? value : null;
}

/** What a search answers with: ids and nothing else. */
export const ids = z.array(id);

/** What is read of a company of the multi-source kind. */
export const company = z
  .object({
    id,
    company_name: name,
    website: domain,
    industry: text,
    employees_count: z.int32().nonnegative().nullish().catch(null),
    hq_country: text,
  })
  .transform(
    ({
      id: companyId,
      company_name: companyName,
      website,
      industry,
      employees_count: employees,
      hq_country: country,
    }) => ({
      id: companyId,
      name: companyName,
      domain: website,
      industry,
      employees: employees ?? null,
      country,
    }),
  );

const position = z
  .object({
    company_id: id.nullish().catch(null),
    company_name: text,
    company_website: domain,
    position_title: text,
    active_experience: z.union([z.number(), z.boolean()]).nullish().catch(null),
    date_from: text,
    date_to: text,
  })
  .transform((given) => ({
    companyId: given.company_id ?? null,
    companyName: given.company_name,
    companyDomain: given.company_website,
    title: given.position_title,
    isCurrent: Boolean(given.active_experience ?? given.date_to === null),
    from: plausibleDate(given.date_from),
    to: plausibleDate(given.date_to),
  }));

/** What is read of an employee of the multi-source kind. */
export const employee = z
  .object({
    id,
    full_name: name,
    active_experience_title: text,
    primary_professional_email: text,
    professional_network_url: text,
    is_deleted: z.union([z.number(), z.boolean()]).nullish().catch(null),
    updated_at: text,
    experience: z
      .array(z.unknown())
      .nullish()
      .catch(null)
      .transform((list) => (list ?? []).flatMap((each) => position.safeParse(each).data ?? [])),
  })
  .transform(({ is_deleted: isDeleted, experience: positions, ...given }) => ({
    isDeleted: Boolean(isDeleted),
    person: {
      id: given.id,
      name: given.full_name,
      title: given.active_experience_title ?? positions.find(({ isCurrent }) => isCurrent)?.title ?? null,
      email: given.primary_professional_email,
      profileUrl: given.professional_network_url,
      positions,
      updatedAt: plausibleDate(given.updated_at),
    },
  }));
