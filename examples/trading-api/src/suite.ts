import { randomBytes } from 'node:crypto';
import { type Cache, createCache } from '@breakwater/cache';
import type { Clock } from '@breakwater/core';
import type { HttpCache } from '@breakwater/http-cache';
import { httpCache } from '@breakwater/http-cache/express';
import { createMonitor, type Monitor } from '@breakwater/monitor';
import { createRateLimiter, type RateLimiter } from '@breakwater/rate-limit';
import { createRedisPool, type RedisPool } from '@breakwater/redis-pool';
import { createSessionStore, type SessionStore } from '@breakwater/session';
import { session } from '@breakwater/session/express';
import type { Request, RequestHandler } from 'express';
import type { Role } from './accounts/accounts.ts';
import { bearsToken } from './http/bearer-token.ts';
import { accountOf, hasRole } from './http/require-login.ts';
import type { Settings } from './settings.ts';

/** What a role may ask per minute is said by the plan of this name. */
const PLAN_OF: Readonly<Record<Role | 'stranger', string>> = {
  stranger: 'anonymous',
  trader: 'authenticated',
  premium: 'premium',
  admin: 'admin',
};

const NAMESPACE = 'trading-api';

export interface Suite {
  /** Absent where everything runs on memory. */
  readonly pool: RedisPool | undefined;
  readonly cache: Cache;
  readonly responses: RequestHandler & HttpCache;
  readonly limiter: RateLimiter<Request>;
  readonly sessions: SessionStore;
  readonly session: RequestHandler;
  readonly monitor: Monitor<Request>;
  close(): Promise<void>;
}

/**
 * Every part of Breakwater, made once and joined: one pool under cache, limiter and sessions, one cache under responses
 * and values, one monitor over all of them.
 */
export function createSuite(settings: Settings, redisUrl: string | undefined, clock: Clock): Suite {
  const pool = redisUrl
    ? createRedisPool({ url: redisUrl, lanes: settings.redisLanes, deadlineMs: settings.redisDeadlineMs })
    : undefined;

  const cache = createCache({
    redis: pool,
    namespace: NAMESPACE,
    policies: { indicator: { ttl: settings.ttlMs.indicator } },
    mode: settings.isCacheEnabled ? 'cached' : 'bypass',
    clock,
  });

  const responses = httpCache({ cache, clock });

  const limiter = createRateLimiter<Request>({
    redis: pool,
    namespace: NAMESPACE,
    plans: {
      anonymous: '60/min',
      authenticated: '120/min',
      premium: '300/min',
      admin: { limit: 1000, window: '1m', audit: true },
    },
    plan: (request) => PLAN_OF[accountOf(request)?.role ?? 'stranger'],
    key: (request) => accountOf(request)?.username,
  });

  const secret = settings.sessionSecret ?? randomBytes(32).toString('base64');
  const sessions = createSessionStore({
    redis: pool,
    secret,
    absolute: settings.ttlMs.session,
    namespace: NAMESPACE,
  });

  const monitor = createMonitor<Request>({
    ...(pool && { pool }),
    cache,
    httpCache: responses,
    limiter,
    sessions,
    authorize: (request) => hasRole(request, 'admin') || bearsToken(request, settings.adminToken),
    changes: 'allow',
    metrics: { defaultMetrics: true },
  });

  return {
    pool,
    cache,
    responses,
    limiter,
    sessions,
    session: session({ store: sessions, secret }),
    monitor,
    // The pool last: the others still use it.
    async close() {
      limiter.close();
      await cache.close();
      await pool?.close();
    },
  };
}
