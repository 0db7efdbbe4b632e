import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { readApiKey } from '../db/api-keys.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { reserveTurns } from '../db/rate-limits.ts';
import { Unavailable } from '../domain/unavailable.ts';
import { digestOf, isSecret, parseApiKey } from '../privacy/api-key.ts';

/** Who sends leads, and what they may. */
export interface Sender {
  tenantId: string;
  /** For logs and limits; no secret. */
  id: string;
  /** As an operator called it. */
  name: string;
  /** `null`: any. */
  sources: readonly string[] | null;
  perMinute: number | null;
  /** Whether it may also read leads. */
  readsLeads: boolean;
}

export interface TokenSettings {
  jwksUrl: string;
  issuer: string;
  audience: string;
}

/** What a token may say of its own: the sources it may send for. */
const claims = z.object({ sources: z.array(z.string()).optional() });
/** Only algorithms with a public key: nobody can sign with what everybody can read. */
const algorithms = ['RS256', 'ES256', 'EdDSA'];
const minuteMs = 60_000;

/** Knows the senders of leads: by keys that operators made, by the one of the configuration, by tokens of an identity provider. */
export function createSenders(options: {
  queries: Queries;
  tenantId: string;
  /** Of any source, without a limit. */
  configuredKey: string | undefined;
  tokens: TokenSettings | undefined;
}) {
  const { queries, tenantId, configuredKey, tokens } = options;
  // Compared also when there is nothing to compare with, so that an unknown key takes as long as a wrong one.
  const nobody = digestOf('');
  const configured = configuredKey === undefined ? nobody : digestOf(configuredKey);
  const keySet: JWTVerifyGetKey | undefined =
    tokens && createRemoteJWKSet(new URL(tokens.jwksUrl), { timeoutDuration: 3_000, cooldownDuration: 10_000 });

  return {
    takesTokens: tokens !== undefined,

    async byKey(text: string): Promise<Sender | undefined> {
      const key = parseApiKey(text);
      if (!key) {
        const isConfigured = isSecret(text, configured) && configuredKey !== undefined;
        return isConfigured
          ? {
              tenantId,
              id: 'configured',
              name: 'of the configuration',
              sources: null,
              perMinute: null,
              readsLeads: true,
            }
          : undefined;
      }
      const row = await orUnavailable(readApiKey(queries, key.id));
      if (!isSecret(key.secret, row?.secretDigest ?? nobody) || !row) return undefined;
      const { id, name, sources, perMinute, readsLeads } = row;
      return { tenantId: row.tenantId, id, name, sources, perMinute, readsLeads };
    },

    /** Throws `Unavailable` when the identity provider does not answer. */
    async byToken(token: string): Promise<Sender | undefined> {
      if (!tokens || !keySet) return undefined;
      try {
        const { issuer, audience } = tokens;
        const { payload } = await jwtVerify(token, keySet, {
          algorithms,
          issuer,
          audience,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: 5,
        });
        const { sources = null } = claims.parse(payload);
        return { tenantId, id: 'token', name: 'token', sources, perMinute: null, readsLeads: false };
      } catch (error) {
        if (error instanceof errors.JWKSTimeout) throw new Unavailable('the identity provider', 5, error);
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined;
        throw new Unavailable('the identity provider', 5, error);
      }
    },

    /** How long this sender has to wait before its next request; 0: not at all, and the request is counted. */
    async waitMs({ id, perMinute }: Sender): Promise<number> {
      if (perMinute === null) return 0;
      const limit = { name: `api-key:${id}`, requests: perMinute, windowMs: minuteMs };
      const { granted, waitMs } = await orUnavailable(reserveTurns(queries, limit, { count: 1, withinMs: 0 }));
      return granted ? 0 : waitMs;
    },
  };
}

export type Senders = ReturnType<typeof createSenders>;
