import { z } from 'zod';
import type { Ports } from '../connectors/ports.ts';
import type { CapturedLead } from '../domain/captured-lead.ts';
import type { Action } from './action.ts';
import { leadOf } from './lead-input.ts';
import { UnusableAction } from './unusable-action.ts';

const receivers = {
  send_to_marketing: { provider: 'Marketing', port: ({ marketing }: Ports) => marketing },
  send_to_assistant: { provider: 'Assistant', port: ({ assistant }: Ports) => assistant },
} as const;

/** Tells a receiver of a captured lead, by a signed message. */
export const sendLead = <Type extends keyof typeof receivers>(type: Type): Action<Type> => ({
  type,
  provider: receivers[type].provider,
  parameters: z.object({}),
  settleMs: 0,

  async prepare(input, ports) {
    const port = receivers[type].port(ports);
    if (!port) throw new UnusableAction(`${type}: nobody is set up to receive it`);
    const message = { type: 'lead.captured', data: told(leadOf(input), input.event.eventType) };
    return {
      address: receivers[type].provider,
      perform: (call) => port.send(message, call),
      // Nobody can be asked; who receives a message again knows it by its `webhook-id`, which is the effect's key.
      find: async () => null,
    };
  },
});

/** What the network told of the sender is nobody else's business. */
function told({ ip_address: _ip, user_agent: _userAgent, ...lead }: CapturedLead, eventType: string) {
  return { event_type: eventType, ...lead };
}
