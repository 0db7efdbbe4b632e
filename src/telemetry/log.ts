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
  const secret = ['authorization', 'password', 'token', 'secret', 'email', 'phone', 'payload', 'body', 'headers'];
  const settings = {
    level: options.level,
    base: { process: options.process },
    formatters: { level: (level: string) => ({ level }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), remove: true },
    ...(options.pretty && {
      transport: {
        target: 'pino-pretty',
        options: { ignore: 'pid,hostname,process,tenant_id', translateTime: 'HH:MM:ss.l', singleLine: true },
      },
    }),
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
