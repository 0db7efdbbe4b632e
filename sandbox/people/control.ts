import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Change } from '../change.ts';
import type { State } from '../state.ts';
import { setCredits } from './credits.ts';
import { allCompanies, allPeople, companySchema, dropPerson, personSchema, putCompany, putPerson } from './people.ts';

const numbered = z.object({ id: z.string().regex(/^\d{1,15}$/) });
const account = z.object({ connector: z.enum(['coresignal', 'lusha']) });
const balance = z.strictObject({ remaining: z.number().int().min(0) });

/** What CoreSignal and Lusha know, and how many credits an account there has left. */
export function mountPeopleControl(app: FastifyInstance, state: State): void {
  app.get('/_sandbox/companies', async () => allCompanies(state));
  app.get('/_sandbox/people', async () => allPeople(state));

  const put = <Path, Body>(
    url: string,
    path: z.ZodType<Path>,
    schema: z.ZodType<Body>,
    change: (path: Path, body: Body) => Change,
  ) =>
    app.put(url, async (request, reply) => {
      const where = path.safeParse(request.params);
      const given = schema.safeParse(request.body);
      if (!where.success) return refuse(reply, where.error);
      if (!given.success) return refuse(reply, given.error);
      state.commit([change(where.data, given.data)]);
      return given.data;
    });
  put('/_sandbox/companies/:id', numbered, companySchema, ({ id }, company) => putCompany(id, company));
  put('/_sandbox/people/:id', numbered, personSchema, ({ id }, person) => putPerson(id, person));
  put('/_sandbox/credits/:connector', account, balance, ({ connector }, { remaining }) =>
    setCredits(connector, remaining),
  );

  app.delete('/_sandbox/people/:id', async (request, reply) => {
    const where = numbered.safeParse(request.params);
    if (!where.success) return refuse(reply, where.error);
    state.commit([dropPerson(where.data.id)]);
    return reply.code(204).send();
  });
}

function refuse(reply: FastifyReply, error: z.ZodError): FastifyReply {
  return reply.code(400).send({ error: z.prettifyError(error) });
}
