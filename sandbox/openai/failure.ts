import type { Answer } from '../vendor.ts';

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'requests',
};

const codes: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
};

/** An error in OpenAI's form; one that limits the rate says how many seconds to wait. */
export function openAiFailure(status: number, message: string, code = codes[status] ?? null): Answer {
  const type = types[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return {
    status,
    body: { error: { message, type, param: null, code } },
    headers: { ...requestIdHeader(), ...(status === 429 ? { 'retry-after': '1' } : {}) },
  };
}

let requests = 0;

export function requestIdHeader(): Record<string, string> {
  requests += 1;
  return { 'x-request-id': `req_sandbox_${process.pid}_${requests}` };
}
