import { z } from 'zod';

/**
 * The part of the Compose Specification (github.com/compose-spec/compose-spec, schema/compose-spec.json) that our file uses.
 * Every other key is refused, so a misspelt one cannot pass for a setting.
 */
const duration = z.string().regex(/^(?:\d+(?:ms|s|m|h))+$/);
const execForm = z.array(z.string()).min(1);
const restart = z.string().regex(/^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/);

const healthcheck = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
    interval: duration,
    timeout: duration,
    retries: z.int().positive(),
    start_period: duration.optional(),
  }),
]);

const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: execForm.optional(),
  // OpenSearch reads its settings under their own names.
  environment: z.record(z.string().regex(/^(?:[A-Z][A-Z0-9_]*|[a-z]+(?:\.[a-z_]+)+)$/), z.string()).optional(),
  mem_limit: z
    .string()
    .regex(/^\d+[mg]$/)
    .optional(),
  ports: z.array(z.string().regex(/^(?:\d+\.){3}\d+:\d+:\d+$/, 'expected ADDRESS:PORT:PORT')).optional(),
  volumes: z.array(z.string().regex(/^[^:]+:\/[^:]+(?::ro)?$/, 'expected SOURCE:/TARGET[:ro]')).optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .optional(),
  healthcheck: healthcheck.optional(),
  restart,
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string().startsWith('/')).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: duration.optional(),
});

/** A Compose file after YAML anchors and merge keys are resolved; values are not interpolated yet. */
export const composeFile = z.strictObject({
  name: z.string(),
  /** The anchor that our own services share; it is checked where it is merged. */
  'x-causeway': z.unknown(),
  services: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), service),
  volumes: z.record(z.string(), z.null()),
});
