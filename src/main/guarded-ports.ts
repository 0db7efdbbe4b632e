import { type Breaker, type BreakerChange, createBreaker } from '../connectors/breaker.ts';
import type { ModelPort, Ports } from '../connectors/ports.ts';
import type { Provider } from '../domain/failure.ts';

export type Breakers = (provider: Provider) => Breaker;

/** One breaker for each provider in this process. */
export function createBreakers(
  { failures, resetSeconds }: { failures: number; resetSeconds: number },
  onChange: (change: BreakerChange) => void,
): Breakers {
  const breakers = new Map<Provider, Breaker>();
  return (provider) => {
    const known = breakers.get(provider);
    const breaker = known ?? createBreaker({ provider, failures, resetMs: resetSeconds * 1_000, onChange });
    breakers.set(provider, breaker);
    return breaker;
  };
}

/** The same ports, each behind the breaker of its provider. */
export function guardPorts(
  { crm, intent, chat, mail, companies, people, marketing, assistant, warehouse, search }: Ports,
  breakerOf: Breakers,
): Ports {
  return {
    crm: guard(crm, breakerOf('HubSpot')),
    intent,
    chat: guard(chat, breakerOf('Slack')),
    mail: guard(mail, breakerOf('Gmail')),
    companies: companies && guard(companies, breakerOf('CoreSignal')),
    people: people && guard(people, breakerOf('Lusha')),
    marketing: marketing && guard(marketing, breakerOf('Marketing')),
    assistant: assistant && guard(assistant, breakerOf('Assistant')),
    warehouse: warehouse && guard(warehouse, breakerOf('Warehouse')),
    search: search && guard(search, breakerOf('Search')),
  };
}

/** The same for the model, where there is one. */
export function guardModel<T extends { port: ModelPort }>(model: T | undefined, breakerOf: Breakers): T | undefined {
  return model && { ...model, port: guard(model.port, breakerOf('OpenAI')) };
}

/** A port of which every method, whatever it is called, goes through the breaker. */
function guard<Port extends object>(port: Port, breaker: Breaker): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...given: unknown[]) => breaker.run(async () => Reflect.apply(method, target, given));
    },
  });
}
