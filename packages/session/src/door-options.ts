import { withDefaults } from '@breakwater/core';
import { checks } from './errors.ts';
import { resolveSecrets, type Secrets, type SessionStoreOptions, STORE_OPTIONS } from './options.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';

export interface SessionOptions extends SessionStoreOptions {
  /**
   * Signs cookies, and encrypts records under keys derived from it. At least 32 characters, random; several to replace
   * one, the newest first.
   */
  readonly secret: string | readonly string[];
  /** A store made before, for its `stats()`; then the store's own options are given there. @default one of its own */
  readonly store?: SessionStore;
  /**
   * A request with a session cookie while Redis is away: `anonymous` serves it without its session and leaves the
   * cookie alone, `unavailable` answers 503. A request without the cookie asks Redis nothing and is served either way.
   * @default 'anonymous'
   */
  readonly onOutage?: OutagePolicy;
  readonly cookie?: SessionCookieOptions;
}

export type OutagePolicy = 'anonymous' | 'unavailable';

/** The cookie is always HttpOnly and ends with the browser's session; the server keeps both lifetimes. */
export interface SessionCookieOptions {
  /** @default 'sid' */
  readonly name?: string;
  /** @default '/' */
  readonly path?: string;
  /** @default the host that set it, and no other */
  readonly domain?: string;
  /** @default 'lax' */
  readonly sameSite?: 'strict' | 'lax' | 'none';
  /**
   * `auto`: Secure on HTTPS requests, by the framework's proxy trust settings. With `true`, no cookie is sent over HTTP.
   * @default 'auto'
   */
  readonly secure?: boolean | 'auto';
}

export const DOOR_DEFAULTS = Object.freeze({ onOutage: 'anonymous' } as const);

export const COOKIE_DEFAULTS = Object.freeze({ name: 'sid', path: '/', sameSite: 'lax', secure: 'auto' } as const);

export interface ResolvedDoorOptions {
  readonly store: SessionStore;
  readonly secrets: Secrets;
  readonly onOutage: OutagePolicy;
  readonly cookieName: string;
  /** What both frameworks call the cookie's attributes. */
  readonly cookie: {
    readonly httpOnly: true;
    readonly path: string;
    readonly domain?: string;
    readonly sameSite: 'strict' | 'lax' | 'none';
    readonly secure: boolean | 'auto';
  };
}

/** @throws OptionError `ERR_SESSION_OPTION` */
export function resolveDoorOptions(options: SessionOptions): ResolvedDoorOptions {
  checks.known('options', options, [...STORE_OPTIONS, 'store', 'onOutage', 'cookie']);
  const { store, onOutage, cookie = {}, ...storeOptions } = withDefaults(options, DOOR_DEFAULTS);
  const secrets = resolveSecrets(options.secret);
  const twice = Object.entries(storeOptions).find(([name]) => name !== 'secret');
  if (store && twice) throw checks.failure(twice[0], 'given to createSessionStore where a store is passed', twice[1]);
  const { name, ...attributes } = resolveCookie(cookie);
  return {
    store: store ?? createSessionStore(storeOptions),
    secrets,
    onOutage: checks.oneOf('onOutage', onOutage, ['anonymous', 'unavailable']),
    cookieName: name,
    cookie: { httpOnly: true, ...attributes },
  };
}

function resolveCookie(options: SessionCookieOptions) {
  checks.known('cookie', options, [...Object.keys(COOKIE_DEFAULTS), 'domain']);
  const cookie = withDefaults(options, COOKIE_DEFAULTS);
  if (cookie.domain !== undefined) checks.text('cookie.domain', cookie.domain);
  return {
    ...cookie,
    name: checks.text('cookie.name', cookie.name),
    path: checks.text('cookie.path', cookie.path),
    sameSite: checks.oneOf('cookie.sameSite', cookie.sameSite, ['strict', 'lax', 'none']),
    secure: resolveSecure(cookie.secure),
  };
}

function resolveSecure(secure: unknown): boolean | 'auto' {
  if (typeof secure === 'boolean' || secure === 'auto') return secure;
  throw checks.failure('cookie.secure', "one of true, false, 'auto'", secure);
}
