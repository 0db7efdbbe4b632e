export { gtmBatch } from './gtm-batch.ts';
export { gtmEvent } from './gtm-event.ts';
