import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { contextFields } from '../domain/context-field.ts';
import { decisionMode } from '../domain/mode.ts';
import { buyerGroups } from '../domain/buyer-group-settings.ts';
import { ConfigurationError } from './environment.ts';

const pattern = z
  .string()
  .regex(/^[A-Za-z0-9_.*-]+$/, 'expected an event type such as deal.propertyChange, or a pattern such as deal.*');

/** Where in a sender's event a field stands: names with dots between them, from the top of the body. */
const fieldPath = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'expected names with dots between them, such as data.object.id');

const modeEntry = z
  .strictObject({
    types: z.array(pattern).min(1),
    mode: decisionMode,
    batch: z.boolean().optional(),
  })
  .refine(({ mode, batch }) => !batch || mode === 'rules', {
    path: ['batch'],
    message: 'only events whose mode is rules can be decided in batches: a model and a consent are asked one by one',
  });

const webhookSource = z.strictObject({
  /** The name of the variable that holds its secret; the secret itself is never in this file. */
  secretVariable: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  /** The address that the sender was given, where its signature covers that. */
  url: z.url().optional(),
  /** Where things stand in the events of a team that signs by Standard Webhooks. Absent: a vendor that has a folder in `sources`. */
  fields: z
    .strictObject({
      type: fieldPath.default('type'),
      occurredAt: fieldPath.default('timestamp'),
      objectType: fieldPath,
      objectId: fieldPath,
      accountId: fieldPath.optional(),
      contactId: fieldPath.optional(),
      contactEmail: fieldPath.optional(),
      dealId: fieldPath.optional(),
    })
    .optional(),
  /** The question by which a lead form asks for consent, by its id or its words, and the answer that gives it where it is a text. */
  consent: z
    .strictObject({ field: z.string().trim().min(1).max(1_000), answer: z.string().trim().min(1).default('Yes') })
    .optional(),
});

const seconds = z.number().int().positive();

/** For how many days something is kept. What comes twice is recognised within a week, and what is behind is brought up to date within one. */
const keptFor = (leastDays: number) => z.union([z.literal('keep'), z.number().int().min(leastDays)]);
const overAWeek = 8;

/** `causeway.yaml`: what an installation decides for itself and may show to everybody. Secrets are in the environment. */
const causewayFile = z.strictObject({
  /** The first entry that fits an event's type holds; `rules` when none does. */
  modes: z.array(modeEntry).default([]),
  /** Of the types with `batch: true`: a batch is begun when so many wait, or when one has waited for so long. */
  batches: z
    .strictObject({
      maxEvents: z.number().int().min(1).max(500).default(500),
      maxWaitSeconds: z.number().min(0).max(3_600).default(5),
    })
    .prefault({}),
  /** Senders beside HubSpot; each is reached at `POST /webhooks/<name>`. */
  sources: z.record(z.string().regex(/^[a-z][a-z0-9-]{1,40}$/), webhookSource).default({}),
  enrichment: z
    .strictObject({
      /** What rules and models may see; anything else is dropped before it is stored. */
      allowedContextFields: z.array(z.enum(contextFields)).default([...contextFields]),
      timeoutSeconds: seconds.default(5),
      retries: z.number().int().min(0).max(5).default(2),
      cacheSeconds: z.number().int().min(0).default(300),
      intentDays: seconds.default(30),
      hubspotRequestsPer10Seconds: seconds.default(100),
    })
    .prefault({}),
  model: z
    .strictObject({
      name: z.string().default('gpt-4o-mini'),
      /** Properties, and fields of an event's own payload, whose values the model may see; what is free text may name people. */
      eventFields: z
        .array(z.string())
        .default([
          'amount',
          'closedate',
          'dealstage',
          'hs_deal_stage_probability',
          'hs_lead_status',
          'hs_priority',
          'lifecyclestage',
          'pipeline',
        ]),
      maxOutputTokens: seconds.default(256),
      temperature: z.number().min(0).max(2).default(0.2),
      confidenceThreshold: z.number().min(0).max(1).default(0.75),
      timeoutSeconds: seconds.default(10),
      maxDailyCalls: z.number().int().min(0).default(5_000),
      /** US dollars per million tokens, to say what a call has cost. */
      inputPricePerMillion: z.number().min(0).default(0.15),
      outputPricePerMillion: z.number().min(0).default(0.6),
    })
    .prefault({}),
  actions: z
    .strictObject({
      /** HubSpot's plural object types, each with the properties that `update_crm_field` may write. */
      crmFields: z.record(z.enum(['deals', 'contacts', 'companies', 'tickets']), z.array(z.string())).default({
        deals: ['hs_priority', 'hs_next_step'],
        contacts: ['lifecyclestage'],
        companies: ['lifecyclestage'],
        tickets: [],
      }),
    })
    .prefault({}),
  leads: z
    .strictObject({
      /** That the metrics name; a lead of any other counts as `other`, unless its key is bound to that source. */
      sources: z.array(z.string().min(1).max(50)).max(50).default(['website', 'chatbot', 'app', 'webhook']),
    })
    .prefault({}),
  /** Days, or `keep`: for good. */
  retention: z
    .strictObject({
      violations: keptFor(1).default(30),
      /** What was sent, found out and decided, where things went, and what a model was asked, of events that are over. */
      payloads: keptFor(overAWeek).default(400),
      /** The same of events that failed and may be run again. */
      failed: keptFor(overAWeek).default(730),
      /** Rows of `leads`, and their copies in the warehouse. */
      leads: keptFor(overAWeek).default('keep'),
      modelCalls: keptFor(overAWeek).default(730),
      /** Finished refreshes of buyer groups, but the latest of each company. */
      refreshLogs: keptFor(overAWeek).default(400),
      /** Places in a group, since they were left. */
      formerMembers: keptFor(1).default(400),
      audit: keptFor(1).default('keep'),
    })
    .prefault({}),
  warehouse: z
    .strictObject({
      /** Whether the files of each day that is over are made one, once a day. */
      compaction: z.boolean().default(true),
    })
    .prefault({}),
  buyerGroups,
  breaker: z.strictObject({ failures: seconds.default(5), resetSeconds: seconds.default(30) }).prefault({}),
});
export type CausewayFile = z.infer<typeof causewayFile>;

/** Reads the text of `causeway.yaml`, or of the file that stands in for it. Throws `ConfigurationError` with one line a mistake: where it stands and what is expected. */
export function parseCausewayFile(text: string, name = 'causeway.yaml'): CausewayFile {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigurationError(document.errors.map(({ message }) => `${name}: ${message}`).join('\n'));
  }
  const parsed = causewayFile.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.map(({ path, message }) => `${name}: ${path.join('.') || 'the file'}: ${message}`).join('\n'),
  );
}

/** The file at `path`; without one, every default. */
export function readCausewayFile(path: string, name = 'causeway.yaml'): CausewayFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return parseCausewayFile('', name);
    throw new ConfigurationError(`${name} could not be read from ${path}`);
  }
  return parseCausewayFile(text, name);
}
