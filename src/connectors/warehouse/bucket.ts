import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { dayOfFolder, folderOfDay, isWithin, unfinishedFile } from './names.ts';
import { makeScratch } from './scratch.ts';
import { FileGone, type Storage } from './storage.ts';

export interface BucketOptions {
  bucket: string;
  /** Without a slash at either end; may be empty. */
  prefix: string;
  /** A server other than AWS, which is then asked with the bucket's name in the path. */
  endpoint?: string | undefined;
  region?: string | undefined;
}

const downloadsAtOnce = 8;

/** Objects of one bucket. What is on its way to or from it lies in a folder of this process meanwhile. */
export function createBucket({ bucket, prefix, endpoint, region }: BucketOptions): Storage {
  const base = prefix === '' ? '' : `${prefix}/`;
  // Credentials and region come from the SDK's own variables and files.
  const load = once(async () => {
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      maxAttempts: 1,
    });
    return { sdk, client };
  });
  const local = once(makeScratch);

  async function listed(start: string, delimiter: string | undefined, signal: AbortSignal) {
    const { sdk, client } = await load();
    const keys: string[] = [];
    const folders: string[] = [];
    let next: string | undefined;
    do {
      const page = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: base + start,
          ...(delimiter && { Delimiter: delimiter }),
          ...(next && { ContinuationToken: next }),
        }),
        { abortSignal: signal },
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(base.length));
      for (const { Prefix } of page.CommonPrefixes ?? []) folders.push((Prefix ?? '').slice(base.length));
      next = page.NextContinuationToken;
    } while (next !== undefined);
    return { keys, folders };
  }

  async function download(client: S3Client, name: string, path: string, signal: AbortSignal): Promise<void> {
    const { sdk } = await load();
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: base + name }), {
        abortSignal: signal,
      });
      await writeFile(path, (await Body?.transformToByteArray()) ?? new Uint8Array());
    } catch (error) {
      throw error instanceof sdk.NoSuchKey ? new FileGone(name, { cause: error }) : error;
    }
  }

  return {
    async list(days, signal) {
      const names: string[] = [];
      for (const folder of (await listed('', '/', signal)).folders) {
        const day = dayOfFolder(folder);
        if (day === undefined || !isWithin(day, days)) continue;
        names.push(...(await listed(`${folderOfDay(day)}/`, undefined, signal)).keys);
      }
      return names;
    },

    async put(name, write, signal) {
      const { sdk, client } = await load();
      const path = join(await local(), unfinishedFile(name));
      try {
        await write(path);
        await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: base + name, Body: await readFile(path) }), {
          abortSignal: signal,
        });
      } finally {
        await rm(path, { force: true });
      }
    },

    async open(names, signal) {
      const { client } = await load();
      const folder = await mkdtemp(join(await local(), 'open-'));
      const close = () => rm(folder, { recursive: true, force: true });
      try {
        await Promise.all(
          [...new Set(names.map((name) => dirname(name)))].map((day) => mkdir(join(folder, day), { recursive: true })),
        );
        const waiting = [...names];
        const worker = async () => {
          for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
            await download(client, name, join(folder, name), signal);
          }
        };
        await Promise.all(Array.from({ length: downloadsAtOnce }, worker));
      } catch (error) {
        await close();
        throw error;
      }
      return { folder, close };
    },

    async remove(name, signal) {
      const { sdk, client } = await load();
      await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: base + name }), { abortSignal: signal });
    },

    async unfinished() {
      return filesBelow(await local());
    },
  };
}

/** A look that ends beside this one takes its folder away, in the middle of ours: then it is read again. */
async function filesBelow(folder: string, tries = 20): Promise<string[]> {
  try {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isGone && tries > 1) return filesBelow(folder, tries - 1);
    throw error;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
