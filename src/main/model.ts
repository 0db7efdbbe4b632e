import type { ModelDependencies } from '../activities/dependencies.ts';
import type { CausewayFile } from '../config/causeway-file.ts';
import type { Configuration } from '../config/environment.ts';
import { createOpenAi } from '../connectors/openai/index.ts';
import type { Logger } from '../telemetry/log.ts';

/** The model of this installation; `undefined` without a key, and then the rules decide alone, which the log says once. */
export function modelOf(
  { OPENAI_API_KEY: apiKey, OPENAI_API_URL: baseUrl }: Configuration,
  { model, modes, enrichment }: CausewayFile,
  log: Logger,
): ModelDependencies | undefined {
  if (apiKey === undefined) {
    const types = modes
      .filter(({ mode }) => mode === 'rules-then-model' || mode === 'model-first')
      .flatMap((entry) => entry.types);
    if (types.length > 0) log.warn({ types }, 'OPENAI_API_KEY is not set: these events are decided by the rules alone');
    return undefined;
  }
  const { name, maxOutputTokens, temperature, eventFields, timeoutSeconds, ...terms } = model;
  return {
    port: createOpenAi({ apiKey, baseUrl }),
    settings: {
      name,
      maxOutputTokens,
      temperature,
      eventFields,
      allowedContextFields: enrichment.allowedContextFields,
    },
    timeoutMs: timeoutSeconds * 1_000,
    ...terms,
  };
}
