import { type Breaker, type BreakerChange, createBreaker } from '../connectors/breaker.ts';
import type { ModelPort, Ports } from '../connectors/ports.ts';
import type { Provider } from '../domain/failure.ts';

export type Breakers = Readonly<Record<Provider, Breaker>>;

/** One breaker for each provider in this process. */
export function createBreakers(
  { failures, resetSeconds }: { failures: number; resetSeconds: number },
  onChange: (change: BreakerChange) => void,
): Breakers {
  const breakerOf = (provider: Provider) =>
    createBreaker({ provider, failures, resetMs: resetSeconds * 1_000, onChange });
  return {
    HubSpot: breakerOf('HubSpot'),
    Slack: breakerOf('Slack'),
    Gmail: breakerOf('Gmail'),
    OpenAI: breakerOf('OpenAI'),
    Warehouse: breakerOf('Warehouse'),
  };
}

/** The same ports, each method behind the breaker of its provider; one that is forgotten here does not compile. */
export function guardPorts({ crm, intent, chat, mail }: Ports, { HubSpot, Slack, Gmail }: Breakers): Ports {
  return {
    crm: {
      readDeals: (...given) => HubSpot.run(() => crm.readDeals(...given)),
      readContacts: (...given) => HubSpot.run(() => crm.readContacts(...given)),
      readAccounts: (...given) => HubSpot.run(() => crm.readAccounts(...given)),
      readOpenTasks: (...given) => HubSpot.run(() => crm.readOpenTasks(...given)),
      readOwner: (...given) => HubSpot.run(() => crm.readOwner(...given)),
      readField: (...given) => HubSpot.run(() => crm.readField(...given)),
      writeField: (...given) => HubSpot.run(() => crm.writeField(...given)),
    },
    intent,
    chat: {
      findPerson: (...given) => Slack.run(() => chat.findPerson(...given)),
      post: (...given) => Slack.run(() => chat.post(...given)),
      findPost: (...given) => Slack.run(() => chat.findPost(...given)),
    },
    mail: {
      createDraft: (...given) => Gmail.run(() => mail.createDraft(...given)),
      findDraft: (...given) => Gmail.run(() => mail.findDraft(...given)),
    },
  };
}

/** The same for the model, where there is one. */
export function guardModel<T extends { port: ModelPort }>(model: T | undefined, { OpenAI }: Breakers): T | undefined {
  return model && { ...model, port: { ask: (question) => OpenAI.run(() => model.port.ask(question)) } };
}
