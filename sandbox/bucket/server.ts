import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const pageSize = 3;

/** What may go wrong with the next request of a method: a status, or an answer that never comes. */
export interface BucketFault {
  method: string;
  status?: number;
  code?: string;
}

/**
 * A stand-in for S3 with one bucket and four calls: put, get, delete, and list by prefix, in pages of three. It wants a signed
 * request, and checks neither the signature nor a checksum.
 */
export async function startBucket(bucket: string) {
  const objects = new Map<string, Buffer>();
  const faults: BucketFault[] = [];
  let calls = 0;

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    calls += 1;
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', 'http://bucket');
    const method = request.method ?? '';
    const fault = faults[0]?.method === method ? faults.shift() : undefined;
    if (fault && fault.status === undefined) return;
    if (fault?.status !== undefined) return refuse(response, fault.status, fault.code ?? 'InternalError');
    if (!/^AWS4-HMAC-SHA256 Credential=[^,]+, SignedHeaders=/.test(request.headers.authorization ?? '')) {
      return refuse(response, 403, 'AccessDenied');
    }
    const [, named, ...rest] = url.pathname.split('/').map((part) => decodeURIComponent(part));
    const key = rest.join('/');
    if (named !== bucket) return refuse(response, 404, 'NoSuchBucket');
    if (method === 'PUT') {
      objects.set(key, body);
      response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
      return;
    }
    if (method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
      return;
    }
    if (key === '') return list(url.searchParams, response);
    const found = objects.get(key);
    if (!found) return refuse(response, 404, 'NoSuchKey');
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found);
  }

  function list(query: URLSearchParams, response: ServerResponse): void {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const after = query.get('continuation-token') ?? '';
    const entries = new Set<string>();
    for (const key of [...objects.keys()].toSorted()) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      entries.add(end === -1 ? key : key.slice(0, end + 1));
    }
    const left = [...entries].filter((entry) => entry > after);
    const page = left.slice(0, pageSize);
    const isPrefix = (entry: string) => delimiter !== null && entry.endsWith(delimiter);
    const rows = page.map((entry) =>
      isPrefix(entry)
        ? `<CommonPrefixes><Prefix>${escaped(entry)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${escaped(entry)}</Key><Size>${objects.get(entry)?.length ?? 0}</Size></Contents>`,
    );
    const next = left.length > pageSize ? page.at(-1) : undefined;
    const more =
      next === undefined
        ? '<IsTruncated>false</IsTruncated>'
        : `<IsTruncated>true</IsTruncated><NextContinuationToken>${escaped(next)}</NextContinuationToken>`;
    send(response, 200, `<ListBucketResult>${more}${rows.join('')}</ListBucketResult>`);
  }

  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    objects,
    /** How many requests there were. */
    calls: () => calls,
    fail: (fault: BucketFault) => void faults.push(fault),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const refuse = (response: ServerResponse, status: number, code: string): void =>
  send(response, status, `<Error><Code>${code}</Code><Message>the stand-in says no</Message></Error>`);

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${xml}`);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
