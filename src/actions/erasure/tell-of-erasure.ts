import { z } from 'zod';
import type { Ports } from '../../connectors/ports.ts';
import type { Action } from '../action.ts';
import { readParameters, UnusableAction } from '../unusable-action.ts';

const texts = z.array(z.string());
const parameters = z.strictObject({ emails: texts, phones: texts, message_ids: texts });

const receivers = {
  tell_marketing_of_erasure: { provider: 'Marketing', port: ({ marketing }: Ports) => marketing },
  tell_assistant_of_erasure: { provider: 'Assistant', port: ({ assistant }: Ports) => assistant },
} as const;

/** Tells a receiver, by a signed message, to erase whom it was told of: by the ids of those messages, and by address. */
export const tellOfErasure = <Type extends keyof typeof receivers>(type: Type): Action<Type> => ({
  type,
  provider: receivers[type].provider,
  parameters,
  settleMs: 0,
  attempts: Number.POSITIVE_INFINITY,

  async prepare({ action }, ports) {
    const port = receivers[type].port(ports);
    if (!port) throw new UnusableAction(`${type}: it was set up when the person was handed on, and is no more`);
    const data = readParameters(type, parameters, action.parameters);
    return {
      address: receivers[type].provider,
      perform: (call) => port.send({ type: 'person.erased', data }, call),
      // Who receives a message again knows it by its `webhook-id`, which is the effect's key.
      find: async () => null,
    };
  },
});
