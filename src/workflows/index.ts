export { applyRetention } from './apply-retention.ts';
export { companyRefresh } from './company-refresh.ts';
export { compactWarehouse } from './compact-warehouse.ts';
export { eraseSubject } from './erase-subject.ts';
export { gtmBatch } from './gtm-batch.ts';
export { gtmEvent } from './gtm-event.ts';
export { leadIntake } from './lead-intake.ts';
export { personChange } from './person-change.ts';
