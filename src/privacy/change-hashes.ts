import type { PropertyChange } from '../domain/property-change.ts';
import type { Hasher } from './hasher.ts';

/** By these a change is recognised without being readable: which property of which object, and that with its value. */
export function changeHashes(
  hasher: Hasher,
  tenantId: string,
  { crm, objectType, objectId, property, value }: PropertyChange,
): { fieldHash: string; changeHash: string } {
  const field = [tenantId, crm, objectType, objectId, property];
  return { fieldHash: hasher.hash('crm-field', field), changeHash: hasher.hash('crm-change', [...field, value]) };
}
