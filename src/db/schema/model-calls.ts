import { sql } from 'drizzle-orm';
import { bigint, date, doublePrecision, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { events } from './events.ts';

/** Every call of a model, written before it is made. Without `ended_at` its end is not known: the worker died meanwhile. */
export const modelCalls = pgTable(
  'model_calls',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
    generation: integer('generation').notNull(),
    /** The day (UTC) whose budget it used. */
    day: date('day').notNull(),
    model: text('model').notNull(),
    /** SHA-256 in hex. */
    promptHash: text('prompt_hash').notNull(),
    /** Prompt and answer, under the key of the event's subject. */
    promptSealed: bytes('prompt_sealed'),
    answerSealed: bytes('answer_sealed'),
    requestId: text('request_id'),
    verdict: text('verdict'),
    confidence: doublePrecision('confidence'),
    inputTokens: integer('input_tokens'),
    outputTokens: integer('output_tokens'),
    /** Millionths of a US dollar. */
    costMicrodollars: bigint('cost_microdollars', { mode: 'number' }),
    latencyMs: integer('latency_ms'),
    calledAt: moment('called_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    endedAt: moment('ended_at'),
  },
  (table) => [
    index('model_calls_event').on(table.eventId, table.generation),
    index('model_calls_day').on(table.tenantId, table.day),
    index('model_calls_age').on(table.calledAt),
  ],
);
