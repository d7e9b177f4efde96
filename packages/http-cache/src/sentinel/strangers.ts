import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ResolvedSentinel } from '../options/sentinel-options.ts';

/** Somebody else than the caller whom a stored response was made for. */
export interface Stranger {
  readonly name: 'anonymous' | 'invented' | 'named';
  /** His own, lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const ANONYMOUS: Stranger = { name: 'anonymous', headers: {} };

/** Of a caller: no stranger has them from him, though the response varies on them. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);
/** The default authority is made of them. */
const OF_THE_AUTHORITY = ['host', 'x-forwarded-host', 'x-forwarded-proto'];

export interface Strangers {
  /** Those who are to ask for what this request asked for. */
  of(request: IncomingMessage): readonly Stranger[];
  /** What a stranger sends: of the request, only what the key is made of, so that all else is left to show. */
  headersOf(
    stranger: Stranger,
    request: IncomingMessage,
    varyNames: readonly string[],
  ): Record<string, string | string[] | undefined>;
}

export function createStrangers({ principal, headers }: ResolvedSentinel): Strangers {
  const nobodys = randomBytes(18).toString('base64url');
  // The same for as long as the process lives: his answers are compared.
  const invented: Stranger = {
    name: 'invented',
    headers: {
      authorization: `Bearer ${nobodys}`,
      cookie: ['session', 'sid', 'connect.sid'].map((name) => `${name}=${nobodys}`).join('; '),
    },
  };

  return {
    of(request) {
      if (!principal) return [ANONYMOUS, invented];
      const named = principal(request);
      return named ? [{ name: 'named', headers: lowerCased(named) }] : [];
    },
    headersOf(stranger, request, varyNames) {
      const names = [...OF_THE_AUTHORITY, ...varyNames, ...headers].filter((name) => !CREDENTIALS.has(name));
      return { ...Object.fromEntries(names.map((name) => [name, request.headers[name]])), ...stranger.headers };
    },
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
