import { z } from 'zod';
import { ownerByEmail } from '../crm.ts';
import type { Operation } from '../vendor.ts';
import { slackError } from './failure.ts';
import { botUserId, teamId, userIdOf } from './ids.ts';

const lookupSchema = z.object({ email: z.string().min(1) });

export const userOperations: readonly Operation[] = [
  {
    name: 'auth.test',
    method: 'POST',
    paths: ['/auth.test'],
    run: () => ({
      answer: {
        status: 200,
        body: {
          ok: true,
          url: 'https://sandbox.slack.com/',
          team: 'Sandbox',
          user: 'causeway',
          team_id: teamId,
          user_id: botUserId,
          bot_id: 'B0SANDBOX',
          is_enterprise_install: false,
        },
      },
    }),
  },
  {
    name: 'users.lookupByEmail',
    method: 'POST',
    paths: ['/users.lookupByEmail'],
    run({ body, state }) {
      const parsed = lookupSchema.safeParse(body ?? {});
      const owner = parsed.success ? ownerByEmail(state, parsed.data.email) : undefined;
      const email = owner?.properties['email'];
      if (!email) return { answer: slackError('users_not_found') };
      const name = email.split('@')[0] ?? email;
      return {
        answer: {
          status: 200,
          body: {
            ok: true,
            user: {
              id: userIdOf(email),
              team_id: teamId,
              name,
              deleted: false,
              real_name: owner.properties['firstName'] ?? owner.properties['firstname'] ?? name,
              is_bot: false,
              profile: { email },
            },
          },
        },
      };
    },
  },
];
