import { randomUUID } from 'node:crypto';
import type { Answer } from '../vendor.ts';

const categories: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'INVALID_AUTHENTICATION',
  403: 'MISSING_SCOPES',
  404: 'OBJECT_NOT_FOUND',
  409: 'CONFLICT',
};

/** An error as HubSpot words it; a refusal for its rate has a shape of its own. */
export function hubspotFailure(status: number, message: string): Answer {
  const correlationId = randomUUID();
  if (status === 429) {
    return {
      status,
      body: {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        correlationId,
        policyName: 'TEN_SECONDLY_ROLLING',
        requestId: randomUUID(),
      },
    };
  }
  const category = categories[status];
  return { status, body: { status: 'error', message, correlationId, ...(category ? { category } : {}) } };
}
