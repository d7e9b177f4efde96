import type { IncomingHttpHeaders } from 'node:http';
import type { BypassReason } from '../answering/reasons.ts';
import { NO_DIRECTIVES, parseCacheControl, type RequestControl } from './cache-control.ts';

/** RFC 9110 §9.2.1. Every other method may have changed something. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** Why a request is not for a shared cache by its method and headers alone. */
export function requestBypass(
  method: string,
  headers: IncomingHttpHeaders,
  directives: RequestControl,
): BypassReason | undefined {
  if (method !== 'GET' && method !== 'HEAD') return 'method';
  // RFC 9113 §8.3.1. Its responses are other objects of node's, and its content may come without a length.
  if (headers[':method'] !== undefined) return 'http2';
  // RFC 9111 §4.3.2: these are not applicable to a cache, and RFC 9110 §13.2.1: who does not evaluate them forwards them.
  if (headers['if-match'] !== undefined || headers['if-unmodified-since'] !== undefined) return 'precondition';
  if (hasContent(headers)) return 'content';
  if (directives.has('no-store')) return 'no-store';
  return undefined;
}

/** RFC 9112 §6: as told by its framing. A GET's content has no meaning (RFC 9110 §9.3.1), yet a parser reads it as any other. */
function hasContent({ 'transfer-encoding': coding, 'content-length': length }: IncomingHttpHeaders): boolean {
  return coding !== undefined || (length !== undefined && length !== '0');
}

/** A framework's request as far as session and login middleware writes on it. */
export interface SessionCarrier {
  readonly session?: unknown;
  /** Passport's, @fastify/jwt's. */
  readonly user?: unknown;
}

/** Why a request is somebody's own. */
export function personalBypass(
  request: SessionCarrier,
  headers: IncomingHttpHeaders,
  sessionCookies: RegExp,
  authorization: 'bypass' | 'rfc9111' = 'bypass',
): BypassReason | undefined {
  if (authorization === 'bypass' && headers.authorization !== undefined) return 'authorization';
  // A session that was loaded is better evidence than its cookie: an empty one is nobody's.
  const owned = ownedBy(request);
  if (owned || isObject(request.session)) return owned;
  return headers.cookie !== undefined && namesSession(headers.cookie, sessionCookies) ? 'session' : undefined;
}

/** By what middleware tells that the request is somebody's: a user, or a session that was loaded and holds data. */
export function ownedBy({ session, user }: SessionCarrier): 'user' | 'session' | undefined {
  if (user) return 'user';
  return isObject(session) && holdsData(session) ? 'session' : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * express-session and @fastify/session keep their own settings under `cookie`; all else somebody put there.
 * @fastify/secure-session has marks of its own, and tells what it holds.
 */
function holdsData(session: object & { readonly data?: unknown }): boolean {
  const { data } = session;
  const held: unknown = typeof data === 'function' ? Reflect.apply(data, session, []) : session;
  return Object.keys(Object(held)).some((key) => key !== 'cookie');
}

function namesSession(cookie: string, sessionCookies: RegExp): boolean {
  return cookie.split(';').some((pair) => sessionCookies.test((pair.split('=', 1)[0] as string).trim()));
}

/** The request's directives; `Pragma` counts where there is no `Cache-Control` (RFC 9111 §5.4). */
export function requestDirectives(headers: IncomingHttpHeaders): RequestControl {
  const { 'cache-control': control, pragma } = headers;
  // Most have neither.
  if (control === undefined && pragma === undefined) return NO_DIRECTIVES;
  return parseCacheControl(control ?? (pragma?.toLowerCase().includes('no-cache') ? 'no-cache' : undefined));
}
