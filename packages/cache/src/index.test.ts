import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Where no Redis client is installed nothing can import one. */
const PROGRAM = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    if (/^(ioredis|redis|@redis|@breakwater.redis-pool)/.test(specifier)) throw new Error('There is no ' + specifier);
    return next(specifier, context);
  },
});
const { createCache } = await import('@breakwater/cache');
const { get, set, closeDefaultCache } = await import('@breakwater/cache/default');
const { createWarmer } = await import('@breakwater/cache/warmer');
const cache = createCache();
await createWarmer(cache).warmUp(['warm'], (key) => key);
await set('k', 'default');
console.log(await cache.get('warm'), await get('k'));
await Promise.all([cache.close(), closeDefaultCache()]);
`;

it('a cache is memory alone where no Redis client is installed', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@breakwater/source', '--input-type=module', '--eval', PROGRAM],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  expect(stdout).toBe('warm default\n');
});
