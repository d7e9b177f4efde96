import type { RedisPort, RedisSubscriber } from '@breakwater/core/redis';
import { describe, expectTypeOf, it } from 'vitest';
import type { RedisPool } from './pool.ts';

// Held by the type check.
describe('the pool', () => {
  it('is a Redis port that bounds itself', () => {
    expectTypeOf<RedisPool>().toExtend<RedisPort>();
    expectTypeOf<RedisPool['deadlineMs']>().toEqualTypeOf<number>();
    expectTypeOf<ReturnType<RedisPool['duplicate']>>().toExtend<RedisSubscriber>();
  });
});
