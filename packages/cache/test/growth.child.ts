// The process of growth.test.ts, whose heap holds nothing else.
import { eventually } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { createCache } from '../src/index.ts';
import { PATIENT } from './instances.ts';

/** What is there after one kind of work. */
export interface Growth {
  readonly kind: string;
  /** Bytes that the heap has grown by, for each key that was worked on. */
  readonly bytesAKey: number;
  readonly keysInRedis: number;
  readonly withTtl: number;
}

export interface Report {
  readonly growth: readonly Growth[];
  /** Keys in Redis, when all lifetimes are over. */
  readonly left: readonly string[];
}

/** As many as are remembered: what is bounded is full by then. Fences forget 5,000 at a time, and are then as full as they were. */
const FIRST = 10_000;
/** With seven kinds more than a hundred thousand; so many that what fences happen to hold is little a key. */
const THEN = 20_000;
/** As many as 500 callers ask for. */
const AT_ONCE = 500;
const TAG = 'shared by many';
/** What is kept of a key can hardly be overlooked. */
const LONG = 'x'.repeat(200);

const [url] = process.argv.slice(2);
const admin = new Redis(String(url));
const open = () =>
  createCache({
    redis: new Redis(String(url)),
    deadlineMs: PATIENT,
    memory: { maxSize: '1mb' },
    tombstoneTtl: '3s',
    policies: {
      default: { ttl: '3s' },
      back: { write: 'back', ttl: '3s' },
      failing: { ttl: '3s', load: { retryAfter: '3s', lease: 'process' } },
    },
  });
const [one, other] = [open(), open()];

type Work = (keys: readonly string[]) => Promise<unknown>;
const KINDS: readonly (readonly [kind: string, work: Work])[] = [
  [
    'written, and read by another instance',
    async (keys) => {
      await one.setMany(withValues(keys), { tags: [TAG] });
      await other.getMany(keys);
    },
  ],
  ['looked for, and not there', (keys) => one.getMany(keys)],
  [
    'loaded under leases',
    (keys) => one.loadMany(keys, async (missing) => new Map(withValues(missing)), { tags: [TAG] }),
  ],
  [
    'not loaded, for the loader fails',
    (keys) => one.loadMany(keys, () => Promise.reject(new Error('no')), { policy: 'failing' }).catch(() => {}),
  ],
  ['written back', (keys) => one.setMany(withValues(keys), { policy: 'back', tags: [TAG] })],
  [
    'written, and invalidated by key',
    async (keys) => {
      await one.setMany(withValues(keys));
      await other.invalidate({ key: keys });
    },
  ],
  [
    'written under a tag of its own, which is invalidated',
    async (keys) => {
      await Promise.all(keys.map((key) => one.set(key, 1, { tags: [key] })));
      await other.invalidate({ tag: keys });
    },
  ],
];

function withValues(keys: readonly string[]): [key: string, value: number][] {
  return keys.map((key) => [key, 1]);
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function flood(work: Work, name: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    await work(Array.from({ length: AT_ONCE }, (_, index) => `${name}:${from + index}:${LONG}`));
  }
  await Promise.all([one, other].map((cache) => cache.drain()));
  // What one has said and the other has not heard yet would be counted with what comes next: their fences would not be as full as
  // they were.
  for (const cache of [one, other])
    await eventually(async () => (await cache.ack({ within: '10s' })).missing.length === 0);
}

async function countKeys(): Promise<Pick<Growth, 'keysInRedis' | 'withTtl'>> {
  const [, keys, withTtl] = /keys=(\d+),expires=(\d+)/.exec(await admin.info('keyspace')) ?? [];
  return { keysInRedis: Number(keys), withTtl: Number(withTtl) };
}

async function grow([kind, work]: (typeof KINDS)[number]): Promise<Growth> {
  await flood(work, `first ${kind}`, FIRST);
  const before = heapBytes();
  await flood(work, `then ${kind}`, THEN);
  return { kind, bytesAKey: (heapBytes() - before) / THEN, ...(await countKeys()) };
}

async function run(): Promise<Report> {
  await eventually(() => [one, other].every((cache) => cache.stats().bus.connected));
  const growth: Growth[] = [];
  for (const kind of KINDS) growth.push(await grow(kind));
  // Redis takes its time to look for what is over.
  await eventually(async () => (await countKeys()).keysInRedis < 10, 60_000, 100);
  return { growth, left: await admin.keys('*') };
}

const report = await run();
process.send?.(report, () => process.exit());
