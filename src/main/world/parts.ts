/** What the local world is made of. */
export const allParts = ['postgres', 'temporal', 'sandbox', 'worker', 'api'] as const;
export type Part = (typeof allParts)[number];
