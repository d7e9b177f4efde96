import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { beforeAll, expect, it, vi } from 'vitest';
import { decodeFrame } from '../../src/entries/decode-frame.ts';
import { encodeFrame, type Frame, wholeFrame } from '../../src/entries/frame.ts';
import type { Cache } from '../../src/index.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let redis: Redis;
let writer: Cache<'zstd' | 'gzip' | 'brotli' | 'default'>;
let reader: Cache;

const POLICIES = {
  zstd: { redis: { compression: 'zstd' } },
  gzip: { redis: { compression: 'gzip' } },
  brotli: { redis: { compression: 'brotli' } },
} as const;
const value = { rows: Array.from({ length: 200 }, (_, index) => ({ index, at: new Date(index) })) };

beforeAll(async () => {
  redis = instances.client();
  writer = (await instances.open('app', { policies: POLICIES, maxEntrySize: '64kb' })) as typeof writer;
  // Holds nothing in memory, and knows of no compression.
  reader = await instances.open('app', { memory: { maxSize: 1 }, maxEntrySize: '64kb' });
});

const entry = (key: string) => `bw:1:app:entry:{${key}}`;

async function frameOf(key: string): Promise<Frame> {
  const frame = decodeFrame((await redis.getBuffer(entry(key))) ?? Buffer.alloc(0), 1024 ** 2);
  if (typeof frame === 'string') throw new Error(`The entry is no frame: ${frame}.`);
  return wholeFrame(frame);
}

it.each(['zstd', 'gzip', 'brotli'] as const)(
  'what one instance compresses by %s, every other reads',
  async (policy) => {
    const plainBytes = JSON.stringify(value).length;
    await writer.set(`set-${policy}`, value, { policy });
    await writer.getOrLoad(`loaded-${policy}`, () => value, { policy });
    await (await writer.reserve(`reserved-${policy}`, { policy })).commit(value);
    for (const key of [`set-${policy}`, `loaded-${policy}`, `reserved-${policy}`]) {
      const frame = await frameOf(key);
      expect(frame.compression).toBe(policy);
      expect(frame.payload.length).toBeLessThan(plainBytes / 2);
      expect(await reader.get(key)).toEqual(value);
    }
  },
);

it('a space of buffers is compressed by the policy of the call, and reads them back as its own', async () => {
  const codec = { name: 'raw', encode: (bytes: Buffer) => bytes, decode: (bytes: Buffer) => bytes };
  const body = Buffer.alloc(5000, 'body');
  await writer.space<Buffer>('http', { codec }).set('GET /', body, { policy: 'zstd' });
  const found = await reader.space<Buffer>('http', { codec }).lookup('GET /');
  expect(found?.entry.value.equals(body)).toBe(true);
});

it('short values, and those of policies that say nothing, lie there as they are', async () => {
  await writer.set('short', 'a'.repeat(500), { policy: 'zstd' });
  await writer.set('unsaid', 'a'.repeat(5000));
  expect((await frameOf('short')).compression).toBe('none');
  expect((await frameOf('unsaid')).compression).toBe('none');
});

it.each<[string, Partial<Frame>, string]>([
  [
    'that inflates beyond an entry',
    { compression: 'zstd', payload: zstdCompressSync(Buffer.alloc(50_000_000)) },
    'compression',
  ],
  ['that is compressed by another algorithm', { compression: 'zstd', payload: gzipSync('p1') }, 'compression'],
  ['that is not compressed at all', { compression: 'gzip', payload: Buffer.from('p1') }, 'compression'],
  ['that inflates to no JSON', { compression: 'gzip', payload: gzipSync('p{') }, 'payload'],
])('a frame %s is a counted miss', async (_what, part, reason) => {
  await writer.set('planted', 1);
  await redis.set(entry('planted'), encodeFrame({ ...(await frameOf('planted')), ...part }), 'PX', 60_000);
  const heard = vi.fn();
  const end = reader.on('frame:unreadable', heard);
  const before = reader.stats().redis.unreadableFrames;
  expect(await reader.get('planted')).toBeUndefined();
  expect(heard.mock.calls).toEqual([[{ reason }]]);
  expect(reader.stats().redis.unreadableFrames).toBe(before + 1);
  end();
});
