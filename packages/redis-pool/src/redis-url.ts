import type { RedisOptions } from 'ioredis';
import { checks } from './errors.ts';

const RULE = 'a URL such as redis://user:password@host:6379/0, or rediss:// for TLS, without a query';

/**
 * The connection a `redis://` or `rediss://` URL names. Read here because ioredis lets a URL's query set any of its
 * options over the caller's, and takes what it does not understand for a host.
 *
 * @throws OptionError that does not repeat the URL, for there may be a password in it.
 */
export function parseRedisUrl(text: unknown): RedisOptions {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  const db = /^\/?(\d{0,5})$/.exec(url?.pathname ?? '-')?.[1];
  const isWhole = url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '' && url.search === '';
  const username = decode(url?.username);
  const password = decode(url?.password);
  if (!isWhole || db === undefined || username === undefined || password === undefined) {
    throw checks.failure('url', RULE, typeof text === 'string' ? redacted(text) : text);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    ...(username && { username }),
    ...(password && { password }),
    ...(db && { db: Number(db) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

function decode(text = ''): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Everything before the last `@` may be or hold a password. */
function redacted(text: string): string {
  return text.includes('@') ? `…${text.slice(text.lastIndexOf('@'))}` : text;
}
