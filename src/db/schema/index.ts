export { decisions } from './decisions.ts';
export { effects } from './effects.ts';
export { eventPositions, events } from './events.ts';
export { schemaViolations } from './schema-violations.ts';
export { subjectAliases, subjectKeys } from './subject-keys.ts';
