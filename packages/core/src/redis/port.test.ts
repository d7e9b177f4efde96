import type { Cluster, Redis } from 'ioredis';
import { describe, expectTypeOf, it } from 'vitest';
import type { RedisNode, RedisPort, RedisSubscriber } from './port.ts';

// Held by the type check: a port that real clients do not fit fails to compile.
describe('the Redis port', () => {
  it('is fit by an ioredis Redis', () => {
    expectTypeOf<Redis>().toExtend<RedisPort>();
    expectTypeOf<Redis>().toExtend<RedisNode>();
    expectTypeOf<Redis>().toExtend<RedisSubscriber>();
  });

  it('is fit by an ioredis Cluster', () => {
    expectTypeOf<Cluster>().toExtend<RedisPort>();
    expectTypeOf<Cluster>().toExtend<RedisSubscriber>();
  });
});
