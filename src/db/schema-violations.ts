import type { Queries } from './database.ts';
import { schemaViolations } from './schema/index.ts';

export type NewViolation = typeof schemaViolations.$inferInsert;

export async function insertViolations(queries: Queries, violations: readonly NewViolation[]): Promise<void> {
  if (violations.length > 0) await queries.insert(schemaViolations).values([...violations]);
}
