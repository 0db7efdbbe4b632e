import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Sender, Senders } from '../../operations/senders.ts';
import { sendProblem } from '../problem.ts';
import { isOperator, wrongOperatorKey } from './operator-auth.ts';
import { isWithinLimit, unknownKey } from './sender-auth.ts';

/** Whose events and leads somebody may see; `null` is any. */
export interface Reader {
  tenantId: string | null;
  sources: readonly string[] | null;
  /** Under which name it is noted what they ask for. */
  by: string;
}

export const operator: Reader = { tenantId: null, sources: null, by: 'operator (http)' };

/** What a route shows: `events` to every key, since it needs their ids; `leads` only to keys that were made for it. */
export type ReadRight = 'events' | 'leads';

export interface ReaderDependencies {
  operatorKey: string;
  senders: Senders;
}

export type Readers = ReturnType<typeof createReaders>;

/** Lets operators pass, and API keys for what is theirs. A key can stand in a page, so it reads no lead unless it was made for that. */
export function createReaders({ operatorKey, senders }: ReaderDependencies) {
  const readers = new WeakMap<FastifyRequest, Reader>();

  async function readerOf(
    right: ReadRight,
    what: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Reader | undefined> {
    if (isOperator(operatorKey, request)) return operator;
    const key = request.headers['x-api-key'];
    const sender = typeof key === 'string' ? await senders.byKey(key) : undefined;
    if (!sender) {
      sendProblem(reply.header('www-authenticate', 'Bearer'), 401, {
        reason: 'unknown_reader',
        detail: whyUnknown(request),
      });
      return undefined;
    }
    if (!(await isWithinLimit(senders, sender, reply))) return undefined;
    if (mayRead(sender, right)) {
      return { tenantId: sender.tenantId, sources: sender.sources, by: `key ${sender.name} (${sender.id})` };
    }
    sendProblem(reply, 403, {
      reason: 'may_not_read',
      detail: `this key may not read ${what}; an operator makes one that may with: npm run causeway -- keys create --reads-leads`,
    });
    return undefined;
  }

  return {
    /** For `onRequest` of a route; what it lets pass is known by `of`. `what`: what the route shows, for those who may not see it. */
    require: (right: ReadRight, what = 'leads') =>
      async function checkReader(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
        const reader = await readerOf(right, what, request, reply);
        if (!reader) return reply;
        readers.set(request, reader);
        return undefined;
      },

    of(request: FastifyRequest): Reader {
      const reader = readers.get(request);
      if (!reader) throw new Error('a route asks who reads, and let nobody be checked');
      return reader;
    },
  };
}

function whyUnknown({ headers }: FastifyRequest): string {
  if (headers['x-api-key'] !== undefined) return unknownKey;
  if (headers.authorization !== undefined) return wrongOperatorKey;
  return 'send an API key in the header x-api-key, or the operator key as Authorization: Bearer <key>';
}

const mayRead = ({ readsLeads }: Sender, right: ReadRight): boolean => right === 'events' || readsLeads;

/** Whether something of this tenant and source is for this reader. */
export const isFor = ({ tenantId, sources }: Reader, one: { tenantId: string; source: string }): boolean =>
  (tenantId === null || tenantId === one.tenantId) && (sources === null || sources.includes(one.source));
