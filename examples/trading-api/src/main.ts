import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OptionError } from '@breakwater/core';
import { createTradingApi, readSettings, type TradingApi } from './app.ts';
import { findRedis } from './find-redis.ts';
import { logLine } from './log.ts';

const DRAIN_MS = 10_000;

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const redisUrl = await findRedis(settings.redisUrl);
  const log = (event: string, fields: object) => console.log(logLine(event, fields));
  const api = await createTradingApi({ settings, redisUrl, log });
  const server = createServer(api.app).listen(settings.port);
  try {
    await once(server, 'listening');
  } catch (error) {
    await api.close();
    throw error;
  }
  endOnSignal(server, api);
  const { port } = server.address() as AddressInfo;
  console.log(greeting(`http://localhost:${port}`, await tiers(redisUrl, api.suite.pool)));
  if (redisUrl && !settings.sessionSecret) {
    console.log('Logins end with this process: set BREAKWATER_SESSION_SECRET to keep them and share them.');
  }
}

function greeting(url: string, tiers: string): string {
  return [
    `Breakwater trading API on ${url}`,
    `  Tiers    ${tiers}`,
    `  Routes   ${url}/`,
    `  Price    ${url}/api/market/price/AAPL-USD`,
    `  Health   ${url}/health`,
    `  Metrics  ${url}/metrics`,
    `  Admin    ${url}/api/admin/cache/stats (log in as admin/admin first)`,
  ].join('\n');
}

async function tiers(redisUrl: string | undefined, pool: TradingApi['suite']['pool']): Promise<string> {
  if (!redisUrl || !pool) return 'memory only (no Redis on localhost:6379; set REDIS_URL to use one)';
  // The URL may hold a password, its host does not.
  const { host } = new URL(redisUrl);
  if (await pool.whenReady('2s')) return `memory and Redis (${host})`;
  return `memory only for now: Redis (${host}) does not answer; it is used as soon as it does`;
}

/** Stops taking connections, lets the requests under way end, then closes what they used. */
function endOnSignal(server: Server, api: TradingApi): void {
  async function end(): Promise<void> {
    const impatience = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    const closed = once(server, 'close');
    server.close();
    await closed;
    clearTimeout(impatience);
    await api.close();
  }
  // A second signal finds no listener and ends the process as signals do.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end().catch(fail));
}

/** What a person can set right is one line; anything else is a fault of the program, with its stack. */
function fail(error: unknown): void {
  console.error(explain(error));
  process.exitCode = 1;
}

function explain(error: unknown): unknown {
  if (error instanceof OptionError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'The port is in use: set PORT to another one, or stop what listens there.';
  }
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
    return 'The port may not be used by this user: set PORT to one above 1023.';
  }
  return error;
}

start().catch(fail);
