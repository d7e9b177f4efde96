import { type RedisServer, serve, startRedis } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { findRedis } from '../../src/find-redis.ts';

let server: RedisServer | undefined;
afterEach(() => server?.stop());

const at = (port: number) => ({ host: '127.0.0.1', port });

describe('looking for Redis', () => {
  it('takes what is set without asking, and nothing when it is switched off', async () => {
    expect(await findRedis('redis://elsewhere:1')).toBe('redis://elsewhere:1');
    expect(await findRedis('off')).toBeUndefined();
  });

  it('finds one that answers on this machine, and does without one that has gone', async () => {
    server = await startRedis();
    expect(await findRedis('auto', at(server.port))).toBe(server.url);
    await server.kill();
    expect(await findRedis('auto', at(server.port))).toBeUndefined();
  });

  it('does without one that is silent', async () => {
    server = await startRedis();
    server.freeze();
    expect(await findRedis('auto', at(server.port))).toBeUndefined();
  });

  it('does without one that wants a password nobody gave', async () => {
    server = await startRedis({ requirepass: 'secret' });
    expect(await findRedis('auto', at(server.port))).toBeUndefined();
  });

  it('does without something else on that port', async () => {
    const web = await serve((_, response) => response.end());
    expect(await findRedis('auto', at(Number(new URL(web.url).port)))).toBeUndefined();
    await web.close();
  });
});
