export { apiKeys } from './api-keys.ts';
export { appliedChanges } from './applied-changes.ts';
export { auditLog } from './audit-log.ts';
export { buyerGroupChanges, buyerGroupMembers, buyerGroups } from './buyer-groups.ts';
export { companies, companyAliases } from './companies.ts';
export { consents } from './consents.ts';
export { decisions } from './decisions.ts';
export { effects } from './effects.ts';
export { erasureEvents, erasures } from './erasures.ts';
export { eventPeople, eventPositions, events } from './events.ts';
export { factsCache } from './facts-cache.ts';
export { leads } from './leads.ts';
export { modelBudget } from './model-budget.ts';
export { modelCalls } from './model-calls.ts';
export { people } from './people.ts';
export { providerStates } from './provider-states.ts';
export { rateLimits } from './rate-limits.ts';
export { redriveItems, redrives } from './redrives.ts';
export {
  buyerGroupRefreshLogs,
  buyerGroupRefreshReasons,
  buyerGroupSightings,
  providerCredits,
} from './refresh-logs.ts';
export { schemaViolations } from './schema-violations.ts';
export { erasedSubjects, subjectAliases, subjectKeys } from './subject-keys.ts';
