import { defineSearchAttributeKey } from '@temporalio/common';

/** What executions can be searched by. All are references or verdicts: never anything personal, since they are stored in the clear. */
export const tenantKey = defineSearchAttributeKey('Tenant', 'KEYWORD');
export const sourceKey = defineSearchAttributeKey('Source', 'KEYWORD');
export const eventTypeKey = defineSearchAttributeKey('EventType', 'KEYWORD');
export const laneKey = defineSearchAttributeKey('Lane', 'KEYWORD');
export const outcomeKey = defineSearchAttributeKey('Outcome', 'KEYWORD');
export const decidedByKey = defineSearchAttributeKey('DecidedBy', 'KEYWORD');
export const failureClassKey = defineSearchAttributeKey('FailureClass', 'KEYWORD');
export const needsAttentionKey = defineSearchAttributeKey('NeedsAttention', 'BOOL');
export const correlationIdKey = defineSearchAttributeKey('CorrelationId', 'KEYWORD');

export interface SearchAttribute {
  name: string;
  type: 'Keyword' | 'Bool';
}

/** The same list as the command line of a server wants it. */
export const searchAttributes: readonly SearchAttribute[] = [
  tenantKey,
  sourceKey,
  eventTypeKey,
  laneKey,
  outcomeKey,
  decidedByKey,
  failureClassKey,
  needsAttentionKey,
  correlationIdKey,
].map(({ name, type }) => ({ name, type: type === 'BOOL' ? 'Bool' : 'Keyword' }));
