import type { Configuration } from '../config/environment.ts';
import { createCoreSignal } from '../connectors/coresignal/index.ts';
import { createLusha } from '../connectors/lusha/index.ts';
import type { Ports } from '../connectors/ports.ts';

/** Who tells of companies and people; nobody whose key is not set. */
export function peopleOf(configuration: Configuration): Pick<Ports, 'companies' | 'people'> {
  const { CORESIGNAL_API_KEY: coreSignalKey, LUSHA_API_KEY: lushaKey } = configuration;
  return {
    companies:
      coreSignalKey === undefined
        ? undefined
        : createCoreSignal({ apiKey: coreSignalKey, baseUrl: configuration.CORESIGNAL_API_URL }),
    people:
      lushaKey === undefined ? undefined : createLusha({ apiKey: lushaKey, baseUrl: configuration.LUSHA_API_URL }),
  };
}
