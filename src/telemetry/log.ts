import { type DestinationStream, pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** What every line about one event carries. */
export interface EventLabels {
  event_id: string;
  tenant_id: string;
  correlation_id: string;
}

/**
 * One JSON object a line on standard output (or where `destination` says); readable lines on a terminal. Names that would
 * hold a secret or a person's data are removed wherever they stand, so that a careless line leaks nothing.
 */
export function createLogger(options: {
  level: string;
  process: string;
  pretty: boolean;
  destination?: DestinationStream | undefined;
}): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process },
    formatters: {
      level: (level: string) => ({ level }),
      log: (line: Record<string, unknown>) => withoutSecrets(line, maxDepth),
    },
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(options.pretty && {
      transport: {
        target: 'pino-pretty',
        options: { ignore: 'pid,hostname,process,tenant_id', translateTime: 'HH:MM:ss.l', singleLine: true },
      },
    }),
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/** In lower case. */
const secretNames = new Set(
  [
    'authorization cookie password secret token accesstoken access_token apikey api_key x-api-key',
    'email phone firstname first_name lastname last_name payload body rawbody headers',
  ].flatMap((names) => names.split(' ')),
);
/** What lies deeper is left out: a line that deep is careless too. */
const maxDepth = 6;

/** pino's own redaction needs a path for every depth, and takes longer with each. */
function withoutSecrets(line: object, depth: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(line)) {
    if (!secretNames.has(name.toLowerCase())) kept[name] = valueWithoutSecrets(value, depth);
  }
  return kept;
}

function valueWithoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || 'toJSON' in value) return value;
  if (depth === 0) return undefined;
  return Array.isArray(value)
    ? value.map((each) => valueWithoutSecrets(each, depth - 1))
    : withoutSecrets(value, depth - 1);
}
