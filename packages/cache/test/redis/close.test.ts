import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createGatedLoader } from '../gated-loader.ts';
import { gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

it('a cache that is closed while it loads and flushes loses no write, leaves no caller, and holds up no other process', async () => {
  const gate = gateRedis(instances.client());
  const policies = { default: { load: { leaseWait: '10m' } }, back: { write: 'back' } } as const;
  const cache = await instances.open(instances.name, { redis: gate.client, policies, writeBack: { interval: '1h' } });
  const other = await instances.open(instances.name, { policies });
  const loader = createGatedLoader();
  const loading = [cache.getOrLoad('k', loader.load), cache.getOrLoad('k', loader.load)];
  await loader.begun(1);

  await cache.setMany(
    Array.from({ length: 300 }, (_, index) => [`w${index}`, index]),
    { policy: 'back' },
  );
  const openCommands = gate.holdCommands('evalsha');
  const draining = cache.drain();
  await cache.set('w0', 'last', { policy: 'back' });
  const closing = cache.close();
  const late = cache.set('late', 'value', { policy: 'back' });
  openCommands();
  await Promise.all([draining, closing, late]);
  expect(cache.stats().writeBack).toMatchObject({ buffered: 0, dropped: 0 });
  const found = await other.getMany(Array.from({ length: 300 }, (_, index) => `w${index}`));
  expect([...found.values()]).toEqual(['last', ...Array.from({ length: 299 }, (_, index) => index + 1)]);

  expect(await other.get('late')).toBe('value');

  // The lease went with the cache, and the load that is still under way comes to its callers.
  const next = createGatedLoader();
  const elsewhere = other.getOrLoad('k', next.load);
  await next.begun(1);
  loader.finish('of the closed one');
  expect(await Promise.all(loading)).toEqual(['of the closed one', 'of the closed one']);
  next.finish('of the other');
  expect(await elsewhere).toBe('of the other');
  expect(await other.get('k')).toBe('of the other');
});

it('a process that closes its cache in the middle of its work ends by itself, and without an error', async () => {
  const cache = await instances.open('app', { policies: { default: { load: { leaseWait: '10m' } } } });
  const elsewhere = createGatedLoader();
  const loading = cache.getOrLoad('elsewhere', elsewhere.load);
  await elsewhere.begun(1);
  const child = fork(fileURLToPath(new URL('close.child.ts', import.meta.url)), [instances.server.url], {
    execArgv: ['--conditions=@breakwater/source'],
  });
  // Nothing but its own work is to keep it.
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await cache.get('written')).toBe('value');
  const next = createGatedLoader();
  const taken = cache.getOrLoad('never', next.load);
  await next.begun(1);
  next.finish('by another');
  expect(await taken).toBe('by another');
  elsewhere.finish('late');
  await loading;
});
