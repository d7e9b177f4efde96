import { eventually } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { useOutage } from '../use-outage.ts';

const outage = useOutage();

const policies = { default: { write: 'back' } } as const;
const keys = Array.from({ length: 500 }, (_, index) => `k${index}`);

/** What is dead says so at once: no deadline is missed. What is silent is found by one, and meanwhile nothing is. */
const DEADLINE = '2s';

describe.each(outage.clients)('write-back on %s', (_name, connect) => {
  it('loses no write of an outage that the buffer outlasts, and keeps the last of each key', async () => {
    const writer = await outage.open('app', { redis: connect(DEADLINE), policies, deadlineMs: DEADLINE });
    await writer.set('k0', 'before', { tags: ['known'] });
    await writer.drain();
    await outage.server.kill();
    await writer.set('gone', 1);
    for (const value of ['early', 'last']) {
      await writer.setMany(
        keys.map((key) => [key, `${key} ${value}`]),
        { tags: ['known', 'unknown'] },
      );
    }
    expect(await writer.invalidate({ key: 'gone' })).toMatchObject({ shared: false });
    await writer.invalidate({ key: 'k1' });
    await writer.set('k1', 'k1 last');
    expect(await writer.drain()).toEqual({ buffered: 500 });
    await outage.server.restart();

    await eventually(() => writer.stats().writeBack.buffered === 0);
    expect(writer.stats().writeBack).toMatchObject({ flushed: 501, dropped: 0, overflowed: 0 });
    const other = await outage.open('app');
    const found = await other.getMany(keys);
    expect(keys.filter((key) => found.get(key) !== `${key} last`)).toEqual([]);
    expect(await other.get('gone')).toBeUndefined();
  });

  it('does not wait for a silent Redis, and sends it all when that answers', async () => {
    const writer = await outage.open('app', { redis: connect(DEADLINE), policies, deadlineMs: DEADLINE });
    outage.server.freeze();
    await writer.setMany(
      keys.map((key) => [key, key]),
      { tags: ['x'] },
    );
    // Redis has not answered anything: the writes have not asked it.
    expect(writer.stats().redis).toMatchObject({ state: 'up', errors: 0 });
    expect([...(await writer.getMany(keys)).keys()]).toEqual(keys);
    await eventually(() => writer.stats().redis.state === 'down');
    outage.server.thaw();
    await eventually(() => writer.stats().writeBack.buffered === 0);
    const other = await outage.open('app');
    expect((await other.getMany(keys)).size).toBe(keys.length);
  });
});
