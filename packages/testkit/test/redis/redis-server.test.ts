import { expect, it } from 'vitest';
import { startRedis } from '../../src/redis-server.ts';

it('a server that cannot start says why', async () => {
  const server = await startRedis();
  await expect(startRedis({ port: String(server.port) })).rejects.toThrow(/Address already in use/);
  await server.stop();
});
