import { z } from 'zod';
import type { CrmObject, ObjectType } from '../crm.ts';

export const createAssociationsSchema = z.array(
  z.object({
    to: z.object({ id: z.coerce.string() }),
    types: z.array(z.object({ associationTypeId: z.number() })).min(1),
  }),
);

/** What HubSpot's own association types lead to, among the types that the sandbox keeps. */
const targets: Readonly<Record<number, ObjectType>> = {
  3: 'contacts',
  5: 'companies',
  186: 'companies',
  190: 'companies',
  192: 'companies',
  198: 'contacts',
  202: 'contacts',
  204: 'contacts',
  210: 'deals',
  214: 'deals',
  216: 'deals',
  279: 'companies',
  280: 'contacts',
  341: 'companies',
};

export function associatedByTypeId(given: z.infer<typeof createAssociationsSchema>): CrmObject['associations'] {
  const associations: CrmObject['associations'] = {};
  for (const { to, types } of given) {
    const type = types.map(({ associationTypeId }) => targets[associationTypeId]).find((known) => known !== undefined);
    if (type) associations[type] = [...(associations[type] ?? []), to.id];
  }
  return associations;
}
