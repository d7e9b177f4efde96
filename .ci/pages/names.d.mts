// What the snippets of the pages take for granted: they are checked as parts of an application that has all of this.
import type { Server } from 'node:http';
import type { HttpCache } from '@breakwater/http-cache';
import type { Express, Request, Response } from 'express';

declare global {
  const app: Express;
  const server: Server;
  const request: Request & { readonly signal: AbortSignal };
  const response: Response;
  const redis: import('@breakwater/redis-pool').RedisPool;
  const cache: import('@breakwater/cache').Cache;
  const responses: HttpCache;

  const http: typeof import('node:http');
  const readFileSync: typeof import('node:fs').readFileSync;
  const Redis: typeof import('ioredis').Redis;
  const createRedisPool: typeof import('@breakwater/redis-pool').createRedisPool;
  const parseClusterNodes: typeof import('@breakwater/redis-pool').parseClusterNodes;
  const createCache: typeof import('@breakwater/cache').createCache;
  const createQuotas: typeof import('@breakwater/cache').createQuotas;
  const defineKeys: typeof import('@breakwater/cache').defineKeys;
  const marketHours: typeof import('@breakwater/cache').marketHours;
  const cached: typeof import('@breakwater/cache').cached;
  const tagPath: typeof import('@breakwater/cache').tagPath;
  const tagsBelow: typeof import('@breakwater/cache').tagsBelow;
  type Source<Value> = import('@breakwater/cache').Source<Value>;
  const httpCache: typeof import('@breakwater/http-cache/express').httpCache;
  const session: typeof import('@breakwater/session/express').session;

  interface User {
    readonly name: string;
  }
  interface Price {
    readonly usd: number;
  }
  interface Rates {
    readonly pairs: readonly string[];
  }
  const id: string;
  const key: string;
  const userId: string;
  const user: User;
  const changed: User;
  const profile: User;
  const reviews: readonly string[];
  const url: string;
  const secret: string;
  const password: string;
  const signal: AbortSignal;
  const database: {
    find(key: string): Promise<User | undefined>;
    upsert(key: string, user: User): Promise<void>;
    remove(key: string): Promise<void>;
  };
  const log: {
    (set: string, facts: object): void;
    warn(text: string): void;
    error(error: unknown, text: string): void;
  };
  function parse(answer: globalThis.Response): Promise<Price>;
  function fetchPrice(pair: string): Promise<Price>;
  function fetchPrices(keys: readonly string[]): Promise<Map<string, Price>>;
  function fetchToken(key: string): Promise<{ readonly symbol: string }>;
  function listPairs(): Promise<string[]>;
  function isOperator(request: Request): boolean;
  const SYMBOLS: readonly string[];
  const SERVICE_ID: string;
  const FASTLY_KEY: string;
  const ZONE_ID: string;
  const CLOUDFLARE_TOKEN: string;
}

declare module 'express-session' {
  interface SessionData {
    readonly plan: 'premium';
  }
}
