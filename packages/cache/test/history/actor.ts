import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '../../src/index.ts';
import type { InvalidationTarget } from '../../src/targets/target.ts';
import type { Journal } from './journal.ts';
import { pick } from './random.ts';

/** Versions that only grow; a Redis is one. */
export interface VersionSource {
  get(key: string): Promise<string | null>;
  mget(keys: string[]): Promise<(string | null)[]>;
  incr(key: string): Promise<number>;
}

export interface ActorOptions {
  readonly cache: Cache;
  /** The process, or what counts as one. */
  readonly by: number;
  readonly random: () => number;
  /** Outside of all faults. */
  readonly source: VersionSource;
  readonly journal: Pick<Journal, 'begin' | 'add'>;
  /** Says of invalidations that were never made that they were. */
  readonly lies?: boolean;
}

export const KEYS = ['a', 'b', 'c', 'd'];
const TARGETS: readonly InvalidationTarget[] = [{ key: 'a' }, { key: ['b', 'c'] }, { tag: 'all' }, { pattern: '?' }];

const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const tagsOf = (key: string) => ['all', `of ${key}`];

/** Each call does something with the cache, by chance, and tells what came of it. */
export function createActor({ cache, by, random, source, journal, lies = false }: ActorOptions): () => Promise<void> {
  async function versionsNow(): Promise<Record<string, number>> {
    const versions = await source.mget(KEYS);
    return Object.fromEntries(KEYS.map((key, at) => [key, Number(versions[at] ?? 0)]));
  }

  async function read(key: string): Promise<void> {
    const startMs = now();
    const load = async () => {
      const version = Number((await source.get(key)) ?? 0);
      // Long enough for an invalidation to overtake it.
      if (random() < 0.5) await sleep(random() * 20);
      return version;
    };
    const version =
      random() < 0.5 ? await cache.get<number>(key) : await cache.getOrLoad(key, load, { tags: tagsOf(key) });
    if (version !== undefined) journal.add({ does: 'read', by, key, version, startMs, endMs: now() });
  }

  async function invalidate(target: InvalidationTarget | 'clear'): Promise<boolean> {
    const { shared } = target === 'clear' ? await cache.clear() : await cache.invalidate(target);
    return shared;
  }

  async function change(target: InvalidationTarget | 'clear'): Promise<void> {
    await source.incr(pick(random, KEYS));
    const all = await versionsNow();
    const startMs = now();
    if (!lies && !(await invalidate(target))) return;
    const keys = target !== 'clear' && 'key' in target ? [target.key ?? []].flat() : KEYS;
    const versions = Object.fromEntries(keys.map((key) => [key, all[key] ?? 0]));
    journal.add({ does: 'invalidate', by, target: JSON.stringify(target), versions, startMs, endMs: now() });
  }

  async function set(key: string): Promise<void> {
    const startMs = now();
    const version = await source.incr(key);
    const begun = { does: 'set', by, key, version, startMs } as const;
    journal.begin(begun);
    await cache.set(key, version, { tags: tagsOf(key) });
    journal.add({ ...begun, endMs: now() });
  }

  return () => {
    const chance = random();
    if (chance < 0.85) return read(pick(random, KEYS));
    if (chance < 0.9) return set(pick(random, KEYS));
    return change(chance < 0.99 ? pick(random, TARGETS) : 'clear');
  };
}
