import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Change } from './change.ts';
import { deliver, send } from './deliver.ts';
import { actsDespite, nextFault } from './fault.ts';
import type { State } from './state.ts';
import type { Operation, Outcome, Vendor } from './vendor.ts';

const pathSchema = z.record(z.string(), z.string());

/** Serves one vendor under its prefix: keys, faults, effects and counts are the same for all of them. */
export function mountVendor(app: FastifyInstance, vendor: Vendor, state: State): void {
  app.register(
    async (scope) => {
      scope.addHook('onRequest', async (request, reply) => {
        return showsKey(request, vendor) || !vendor.unauthenticated ? undefined : send(reply, vendor.unauthenticated());
      });
      scope.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
        send(reply, vendor.failure(error.statusCode ?? 500, error.message)),
      );
      scope.setNotFoundHandler((request, reply) =>
        send(reply, vendor.failure(404, `the sandbox does not know ${request.method} ${request.url.split('?')[0]}`)),
      );
      for (const body of vendor.bodies ?? []) {
        scope.addContentTypeParser<string>(
          body.type,
          { parseAs: 'string' },
          async (request: FastifyRequest, text: string) => body.read(text, request.headers['content-type'] ?? ''),
        );
      }
      for (const operation of vendor.operations) {
        for (const url of operation.paths) {
          scope.route({
            method: operation.method,
            url,
            handler: (request, reply) => answerCall(vendor, operation, state, request, reply),
          });
        }
      }
    },
    { prefix: vendor.prefix },
  );
}

function showsKey({ headers }: FastifyRequest, { keyHeader }: Vendor): boolean {
  return keyHeader === undefined ? /^Bearer\s+\S/i.test(headers.authorization ?? '') : Boolean(headers[keyHeader]);
}

async function answerCall(
  vendor: Vendor,
  operation: Operation,
  state: State,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { connector } = vendor;
  const now = new Date();
  const fault = nextFault(state.faults(), connector, operation.name);
  const outcome = actsDespite(fault)
    ? operation.run({
        path: pathSchema.parse(request.params),
        query: new URL(request.url, 'http://sandbox').searchParams,
        headers: request.headers,
        body: request.body,
        now,
        state,
      })
    : undefined;
  state.commit([
    { kind: 'call', connector, operation: operation.name, times: 1 },
    ...(fault ? [{ kind: 'fault-used', id: fault.id } as const] : []),
    ...(outcome?.changes ?? []),
    ...effectOf(outcome, connector, operation.name, now, request),
  ]);
  return deliver(reply, vendor, fault, outcome?.answer);
}

function effectOf(
  outcome: Outcome | undefined,
  connector: string,
  operation: string,
  now: Date,
  request: FastifyRequest,
): Change[] {
  if (!outcome?.effect) return [];
  const { key, target, body } = outcome.effect;
  const header = request.headers['idempotency-key'];
  const given = key ?? (Array.isArray(header) ? header[0] : header);
  const effect = {
    connector,
    operation,
    key: given === undefined || given === '' ? `sent-without-a-key:${randomUUID()}` : given,
    target,
    at: now.toISOString(),
    body,
  };
  return [{ kind: 'effect', effect }];
}
