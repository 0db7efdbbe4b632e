export { gtmEvent } from './gtm-event.ts';
