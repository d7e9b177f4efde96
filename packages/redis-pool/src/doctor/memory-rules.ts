import type { RedisUse } from './finding.ts';
import { defineRule, type Rule } from './rule.ts';

const NEARLY_FULL = 0.9;

/** Everything these packages store expires, so that the `volatile-` policies evict it as the `allkeys-` ones do. */
const evicts = (policy: string) => policy !== 'noeviction';

const setPolicy = (policy: string) => `CONFIG SET maxmemory-policy ${policy}, and the same in redis.conf.`;

/** What one use of Redis needs of its policy another cannot live with. */
function ownRedis(whose: RedisUse, policy: string, otherUses: boolean): string {
  return otherUses ? `Give the ${whose} a Redis of their own with maxmemory-policy ${policy}.` : setPolicy(policy);
}

export const memoryRules: readonly Rule[] = [
  defineRule({
    code: 'no-memory-limit',
    question: 'the memory of Redis has a limit',
    needs: ['maxMemoryBytes'],
    judge({ maxMemoryBytes }) {
      if (maxMemoryBytes > 0) return undefined;
      return {
        severity: 'warning',
        message: 'maxmemory is 0: Redis grows until the system kills it, and everything in it is lost.',
        fix: 'Set maxmemory to about three quarters of what the machine or container has, in redis.conf.',
      };
    },
  }),
  defineRule({
    code: 'sessions-evictable',
    concerns: 'sessions',
    question: 'Redis evicts sessions',
    needs: ['evictionPolicy'],
    judge({ evictionPolicy }, uses) {
      if (!evicts(evictionPolicy)) return undefined;
      return {
        severity: 'error',
        message: `maxmemory-policy is ${evictionPolicy}: when memory is full, Redis drops sessions and logs their users out.`,
        fix: ownRedis('sessions', 'noeviction', uses.has('cache')),
      };
    },
  }),
  defineRule({
    code: 'limits-evictable',
    concerns: 'limits',
    question: 'Redis evicts the counters of rate limits',
    needs: ['evictionPolicy'],
    judge({ evictionPolicy }, uses) {
      if (!evicts(evictionPolicy)) return undefined;
      return {
        severity: 'warning',
        message: `maxmemory-policy is ${evictionPolicy}: when memory is full, callers whose counters are dropped begin anew.`,
        fix: ownRedis('limits', 'noeviction', uses.has('cache')),
      };
    },
  }),
  defineRule({
    code: 'cache-fills-up',
    concerns: 'cache',
    question: 'a full Redis refuses new entries',
    needs: ['evictionPolicy', 'maxMemoryBytes'],
    judge({ evictionPolicy, maxMemoryBytes }, uses) {
      if (evicts(evictionPolicy) || maxMemoryBytes === 0) return undefined;
      const isShared = uses.has('sessions') || uses.has('limits');
      return {
        severity: 'warning',
        message: 'maxmemory-policy is noeviction: when memory is full, nothing new is cached until old entries expire.',
        fix: isShared
          ? 'Give the cache a Redis of its own with maxmemory-policy allkeys-lfu.'
          : setPolicy('allkeys-lfu'),
      };
    },
  }),
  defineRule({
    code: 'memory-nearly-full',
    question: 'memory is nearly full',
    needs: ['usedMemoryBytes', 'maxMemoryBytes', 'evictionPolicy'],
    judge({ usedMemoryBytes, maxMemoryBytes, evictionPolicy }) {
      // Where Redis evicts, full is what memory is for.
      if (evicts(evictionPolicy) || usedMemoryBytes <= maxMemoryBytes * NEARLY_FULL || maxMemoryBytes === 0) {
        return undefined;
      }
      return {
        severity: 'error',
        message: `${usedMemoryBytes} of ${maxMemoryBytes} bytes are used: Redis is about to refuse writes (OOM).`,
        fix: 'Raise maxmemory, or find out what grows with MEMORY STATS and redis-cli --bigkeys.',
      };
    },
  }),
];
