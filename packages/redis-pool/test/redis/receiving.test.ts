import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';

describe('answers that are received in one buffer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-socket-'));
  const path = join(folder, 'redis.sock');
  let server: RedisServer;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis({ unixsocket: path });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => pool.close());

  /** Below and above what is copied, beyond what is received at a time, and on every border. */
  const sizes = [1, 200, 4_000, 4_095, 4_096, 4_097, 9_000, 65_500, 65_536, 70_000, 1_000_000];

  it('stay what they were while others come, kept as Buffers of any size', async () => {
    pool = createRedisPool({ url: server.url, lanes: 1 });
    const values = sizes.map((size, at) => Buffer.alloc(size, 65 + at));
    await Promise.all(values.map((value, at) => pool.set(`kept:${at}`, value, 'PX', 60_000)));
    const kept: Buffer[] = [];
    for (const at of values.keys()) kept.push((await pool.callBuffer('GET', `kept:${at}`)) as Buffer);
    await pool.set('other', Buffer.alloc(300_000, 122), 'PX', 60_000);
    for (let n = 0; n < 20; n += 1) await Promise.all([pool.callBuffer('GET', 'other'), pool.ping()]);
    expect(kept.map((value, at) => value.equals(values[at] as Buffer))).toEqual(sizes.map(() => true));
  });

  it('are put together where they come in pieces', async () => {
    pool = createRedisPool({ url: server.url, lanes: 1 });
    const texts = sizes.map((size, at) => String.fromCharCode(0xe0 + at).repeat(size));
    await Promise.all(texts.map((text, at) => pool.set(`text:${at}`, text, 'PX', 60_000)));
    const answers = await Promise.all(texts.map((_, at) => pool.get(`text:${at}`)));
    expect(answers.map((text, at) => text === texts[at])).toEqual(sizes.map(() => true));
  });

  it('come over the socket of a file, too', async () => {
    pool = createRedisPool({ redis: { path } });
    await pool.set('key', 'value', 'PX', 60_000);
    await expect(pool.get('key')).resolves.toBe('value');
  });

  it('come to the user’s own Connector where its client has one', async () => {
    const { connector } = new Redis({ lazyConnect: true }) as unknown as { connector: { constructor: unknown } };
    const Standard = connector.constructor as new (options: unknown) => { connect(tell: unknown): Promise<unknown> };
    const asked: unknown[] = [];
    class Own extends Standard {
      override connect(tell: unknown) {
        asked.push(tell);
        return super.connect(tell);
      }
    }
    const own = new Redis(server.url, { lazyConnect: true, Connector: Own as never });
    pool = createRedisPool({ client: own, lanes: 3 });
    await expect(pool.ping()).resolves.toBe('PONG');
    await pool.whenReady('20s');
    expect(asked).toHaveLength(3);
    own.disconnect();
  });
});
