import { type Client, isGrpcServiceError } from '@temporalio/client';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { decodeHistory } from './decode-history.ts';

/** One execution's history, as it is kept in a file and replayed. */
export interface RecordedHistory {
  workflowId: string;
  workflowType: string;
  /** Whether the execution is closed; an open one has only the beginning of its history. */
  finished: boolean;
  events: number;
  /** JSON, in the form that other Temporal tools write and read too. */
  text: string;
}

const historyFile = z.looseObject({
  events: z
    .tuple(
      [
        z.looseObject({
          workflowExecutionStartedEventAttributes: z.looseObject({
            workflowId: z.string().optional(),
            workflowType: z.object({ name: z.string() }),
          }),
        }),
      ],
      z.looseObject({ eventType: z.string() }),
    )
    .readonly(),
});

const closingEvent =
  /^EVENT_TYPE_WORKFLOW_EXECUTION_(COMPLETED|FAILED|TIMED_OUT|CANCELED|TERMINATED|CONTINUED_AS_NEW)$/;

/** Reads the text of a history file; `undefined` when it is none. */
export function readHistory(text: string): RecordedHistory | undefined {
  const parsed = historyFile.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { events } = parsed.data;
  const { workflowId, workflowType } = events[0].workflowExecutionStartedEventAttributes;
  return {
    workflowId: workflowId ?? 'unknown',
    workflowType: workflowType.name,
    finished: closingEvent.test(String(events.at(-1)?.['eventType'])),
    events: events.length,
    text,
  };
}

/** Reads the text of a history file as `readHistory` does, and decrypts what it holds. */
export async function readEncryptedHistory(text: string, codec: PayloadCodec): Promise<RecordedHistory | undefined> {
  const history = readHistory(text);
  return history && { ...history, text: JSON.stringify(await decodeHistory(JSON.parse(text), codec)) };
}

/**
 * What a server gave, decrypted, and without who ran it and on which machine: a file is shared, and is to be readable
 * without keys for as long as it is kept.
 */
async function recordHistory(history: History, codec: PayloadCodec): Promise<RecordedHistory> {
  const written = await decodeHistory(JSON.parse(historyToJSON(history)), codec);
  const identities = new Set<string>();
  visit(written, (name, text) => {
    if (name === 'identity' && text !== '') identities.add(text);
    return text;
  });
  const impersonal = visit(written, (name, text) =>
    name === 'stackTrace' ? '' : [...identities].reduce((rest, identity) => rest.replaceAll(identity, 'worker'), text),
  );
  const recorded = readHistory(`${JSON.stringify(impersonal, null, 2)}\n`);
  if (!recorded) throw new Error('the server gave a history that does not begin with the start of a workflow');
  return recorded;
}

/** The history of the run, or else of the latest one with this id; `undefined` when the server knows none, or no longer. */
export async function fetchHistory(
  client: Client,
  workflowId: string,
  codec: PayloadCodec,
  runId?: string,
): Promise<RecordedHistory | undefined> {
  const history = await fetchRawHistory(client, workflowId, runId);
  return history && recordHistory(history, codec);
}

/** As the server gives it, still encrypted. */
export async function fetchRawHistory(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<History | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId, runId);
    return await client.withDeadline(Date.now() + fetchLimitMs, () => handle.fetchHistory());
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code === grpcNotFound) return undefined;
    throw error;
  }
}

const fetchLimitMs = 10_000;
/** NOT_FOUND, as gRPC numbers it. */
const grpcNotFound = 5;

/** A copy in which every text is what `change` makes of it. */
function visit(value: unknown, change: (name: string, text: string) => string, name = ''): unknown {
  if (typeof value === 'string') return change(name, value);
  if (Array.isArray(value)) return value.map((each) => visit(each, change, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each, change, key)]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
