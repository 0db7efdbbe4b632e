import { z } from 'zod';
import type { DealFacts } from '../../domain/facts.ts';

const id = z.union([z.string(), z.number()]).transform(String);

/** An object of the CRM as HubSpot returns it; every property is text or null. */
export const crmObject = z.object({
  id,
  properties: z.record(z.string(), z.string().nullish()),
  associations: z.record(z.string(), z.object({ results: z.array(z.object({ id })) })).nullish(),
});
export type CrmObject = z.infer<typeof crmObject>;

export const dealProperties = [
  'dealname',
  'dealstage',
  'pipeline',
  'closedate',
  'hubspot_owner_id',
  'hs_v2_date_entered_current_stage',
  'notes_last_updated',
];

/** As many as one request reads; a deal with more has its first ones known. */
const maxTasks = 100;

/** What a deal says, with its stage's label; properties that are null, empty or unreadable are absent. */
export function dealFacts(
  { id: dealId, properties, associations }: CrmObject,
  labels: ReadonlyMap<string, string>,
  competitorsProperty: string,
): DealFacts {
  const stageId = textOf(properties['dealstage']);
  const name = textOf(properties['dealname']);
  const stage = stageId && (labels.get(stageId) ?? stageId);
  const closeDate = isoOf(properties['closedate']);
  const enteredStageAt = isoOf(properties['hs_v2_date_entered_current_stage']);
  const lastActivityAt = isoOf(properties['notes_last_updated']);
  const competitors = listOf(properties[competitorsProperty]);
  const ownerId = textOf(properties['hubspot_owner_id']);
  const contactId = associations?.['contacts']?.results[0]?.id;
  const accountId = associations?.['companies']?.results[0]?.id;
  const taskIds = [...new Set((associations?.['tasks']?.results ?? []).map((task) => task.id))].slice(0, maxTasks);
  return {
    id: dealId,
    ...(name && { name }),
    ...(stage && { stage }),
    ...(stageId && { stageId }),
    ...(closeDate && { closeDate }),
    ...(enteredStageAt && { enteredStageAt }),
    ...(lastActivityAt && { lastActivityAt }),
    ...(competitors && { competitors }),
    ...(ownerId && { ownerId }),
    ...(contactId && { contactId }),
    ...(accountId && { accountId }),
    ...(taskIds.length > 0 && { taskIds }),
  };
}

export function textOf(value: string | null | undefined): string | undefined {
  return value?.trim() || undefined;
}

/** HubSpot writes a moment as ISO 8601 or as epoch milliseconds, a day without a time as midnight UTC. */
function isoOf(value: string | null | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const iso = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2}))?$/.test(text);
  if (!iso && !/^-?\d{11,14}$/.test(text)) return undefined;
  const moment = new Date(iso ? text : Number(text));
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

function listOf(value: string | null | undefined): readonly string[] | undefined {
  const names = (value ?? '').split(';').flatMap((name) => textOf(name) ?? []);
  return names.length > 0 ? names : undefined;
}
