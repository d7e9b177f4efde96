import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Cache } from '../cache.ts';
import type { HotKey } from '../inspection/inspection.ts';
import type { ResolvedManifest } from './warmer-options.ts';

/** Keeps the hot keys of a process that ends for the one that starts. Never rejects: without them a process starts cold. */
export interface Manifest {
  load(): Promise<readonly HotKey[]>;
  save(): Promise<void>;
}

/** The only entry of the warmer's space. */
const ENTRY = 'hot-keys';

export function createManifest(
  cache: Pick<Cache, 'space' | 'hotKeys'>,
  { maxKeys, ttlMs, file }: ResolvedManifest,
  onFailure: (error: unknown) => void,
): Manifest {
  const space = cache.space<readonly HotKey[]>('warmer', {
    codec: { name: 'hot-keys', encode: (keys) => Buffer.from(JSON.stringify(keys)), decode: parse },
  });

  async function attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      // The first process finds no file.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) onFailure(error);
      return undefined;
    }
  }

  async function readOwnFile(): Promise<readonly HotKey[] | undefined> {
    return file === undefined ? undefined : parse(await readFile(file));
  }

  async function writeOwnFile(keys: readonly HotKey[]): Promise<void> {
    if (file === undefined) return;
    // Renamed when it is whole: a process that is killed meanwhile leaves the old one.
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, JSON.stringify(keys));
    await rename(draft, file);
  }

  return {
    async load() {
      const found = await attempt(() => space.lookup(ENTRY));
      return (found?.entry.value ?? (await attempt(readOwnFile)) ?? []).slice(0, maxKeys);
    },
    async save() {
      const keys = cache.hotKeys(maxKeys);
      // A process that was never asked has nothing to say.
      if (keys.length === 0) return;
      await Promise.all([attempt(() => space.set(ENTRY, keys, { ttl: ttlMs })), attempt(() => writeOwnFile(keys))]);
    },
  };
}

/** @throws TypeError for what no process of ours has kept. */
function parse(bytes: Buffer): readonly HotKey[] {
  const keys: unknown = JSON.parse(bytes.toString());
  if (Array.isArray(keys) && keys.every(isHotKey)) return keys;
  throw new TypeError('A manifest is an array of { key, policy }.');
}

function isHotKey(value: unknown): value is HotKey {
  const { key, policy } = (value ?? {}) as Partial<Record<keyof HotKey, unknown>>;
  return typeof key === 'string' && typeof policy === 'string';
}
