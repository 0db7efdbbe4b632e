import { z } from 'zod';
import type { CanonicalEvent } from './event.ts';
import type { ContactFacts } from './facts.ts';
import type { SubjectIdentifiers } from './incoming.ts';

const hubspotPayload = z.object({ portalId: z.number().optional().catch(undefined) });

/** Who a contact is: under their key it is kept. One who could not be found again for erasing is not kept. */
export function personOf(
  { source, payload }: CanonicalEvent,
  { id, email }: ContactFacts,
): SubjectIdentifiers | undefined {
  const { portalId } = source === 'hubspot' ? hubspotPayload.parse(payload) : {};
  if (email === undefined && portalId === undefined) return undefined;
  return {
    kind: 'person',
    ...(email !== undefined && { email }),
    ...(portalId !== undefined && { external: ['hubspot', String(portalId), id] }),
  };
}
