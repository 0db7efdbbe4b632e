import type { AccountFacts, ContactFacts } from '../../domain/facts.ts';
import type { OpenTask } from '../ports.ts';
import { type CrmObject, textOf } from './deal-facts.ts';

export const contactProperties = ['email', 'firstname', 'lastname'];

export function contactFacts({ id, properties }: CrmObject): ContactFacts {
  const email = textOf(properties['email']);
  const firstName = textOf(properties['firstname']);
  const lastName = textOf(properties['lastname']);
  return { id, ...(email && { email }), ...(firstName && { firstName }), ...(lastName && { lastName }) };
}

export const accountProperties = ['name', 'numberofemployees', 'industry'];

export function accountFacts({ id, properties }: CrmObject): AccountFacts {
  const name = textOf(properties['name']);
  const employeeCount = countOf(properties['numberofemployees']);
  const industry = textOf(properties['industry']);
  return {
    id,
    ...(name && { name }),
    ...(employeeCount !== undefined && { employeeCount }),
    ...(industry && { industry }),
  };
}

export const taskProperties = ['hs_task_subject', 'hs_task_status'];

/** What an unfinished task is called; `undefined` for one that is completed. */
export function openTask({ id, properties }: CrmObject): OpenTask | undefined {
  if (properties['hs_task_status'] === 'COMPLETED') return undefined;
  return { id, subject: textOf(properties['hs_task_subject']) ?? 'a task without a subject' };
}

function countOf(value: string | null | undefined): number | undefined {
  const text = textOf(value);
  return text !== undefined && /^\d{1,12}(\.0*)?$/.test(text) ? Number(text) : undefined;
}
