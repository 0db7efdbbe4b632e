import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { associationsSchema, crmObjects, crmTypes, propertiesSchema } from './crm.ts';
import { faultRequestSchema } from './fault.ts';
import { mountPeopleControl } from './people/control.ts';
import { modelScriptSchema, questions, setScript } from './openai/script.ts';
import type { State } from './state.ts';
import type { Vendor } from './vendor.ts';

const crmPathSchema = z.object({ type: z.enum(crmTypes), id: z.string().min(1) });
const crmBodySchema = z.strictObject({ properties: propertiesSchema, associations: associationsSchema.optional() });

/** The routes under `/_sandbox`: what tests and people use to arrange and to look. */
export function mountControl(app: FastifyInstance, vendors: readonly Vendor[], state: State): void {
  app.get('/_sandbox/health', async () => ({ status: 'ok' }));
  app.get('/_sandbox/effects', async () => state.effects());
  app.get('/_sandbox/calls', async () => state.calls());
  app.get('/_sandbox/faults', async () => state.faults());

  app.post('/_sandbox/faults', async (request, reply) => {
    const parsed = faultRequestSchema.safeParse(request.body);
    if (!parsed.success) return refuse(reply, z.prettifyError(parsed.error));
    const { connector, operation } = parsed.data;
    const vendor = vendors.find((candidate) => candidate.connector === connector);
    if (!vendor) return refuse(reply, `connector: one of ${vendors.map((known) => known.connector).join(', ')}`);
    const names = vendor.operations.map((known) => known.name);
    if (operation !== undefined && !names.includes(operation)) {
      return refuse(reply, `operation: one of ${names.join(', ')}`);
    }
    const fault = { ...parsed.data, id: randomUUID() };
    state.commit([{ kind: 'fault', fault }]);
    return reply.code(201).send(fault);
  });

  app.put('/_sandbox/crm/:type/:id', async (request, reply) => {
    const path = crmPathSchema.safeParse(request.params);
    if (!path.success) return refuse(reply, `type: one of ${crmTypes.join(', ')}`);
    const body = crmBodySchema.safeParse(request.body);
    if (!body.success) return refuse(reply, z.prettifyError(body.error));
    const { type, id } = path.data;
    const objects = crmObjects(type);
    const earlier = objects.find(state, id);
    const now = new Date().toISOString();
    const object = {
      id,
      properties: body.data.properties,
      associations: body.data.associations ?? earlier?.associations ?? {},
      createdAt: earlier?.createdAt ?? now,
      updatedAt: now,
    };
    state.commit([objects.put(id, object)]);
    return object;
  });

  app.put('/_sandbox/model', async (request, reply) => {
    const parsed = modelScriptSchema.safeParse(request.body);
    if (!parsed.success) return refuse(reply, z.prettifyError(parsed.error));
    state.commit([setScript(parsed.data)]);
    return parsed.data;
  });
  app.get('/_sandbox/model', async () => questions(state));

  mountPeopleControl(app, state);

  app.delete('/_sandbox', async (_request, reply) => {
    state.forget();
    return reply.code(204).send();
  });
}

function refuse(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(400).send({ error });
}
