import type { IncomingMessage } from 'node:http';
import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

/** Finds stored responses that are not for everybody who would be sent them, by asking the application as somebody else. */
export interface SentinelOptions {
  /**
   * `'report'`: an event for what leaks. `'quarantine'`: and its policy is neither stored nor served any more, until
   * `release`. Off by default, since every look is a run of the handler, through the whole application.
   * @default 'off'
   */
  readonly mode?: 'off' | 'report' | 'quarantine';
  /** The share of hits that is looked at, as far as `interval` lets it. @default 0.01 */
  readonly sample?: number;
  /** The least time from one look to the next; there is one at a time. @default '1s' */
  readonly interval?: Duration;
  /** How long the application may take for an answer. @default '10s' */
  readonly timeout?: Duration;
  /**
   * Headers with the credentials of a caller of yours, such as a test account: the same for each look, since his answers are
   * compared. `undefined`: no look. Without it there are two strangers, one without credentials, and one whose session cookie
   * and `Authorization` are nobody's.
   * @default none
   */
  readonly principal?: (request: IncomingMessage) => Readonly<Record<string, string>> | undefined;
  /** Request headers that a stranger takes over from the hit, beside those of the key: what `key` or `authority` read. @default [] */
  readonly headers?: readonly string[];
  /** Takes out of a body what differs from run to run, such as a time or a nonce. @default none */
  readonly ignore?: (body: Buffer) => Buffer | string;
}

export const SENTINEL_DEFAULTS = Object.freeze({
  mode: 'off',
  sample: 0.01,
  interval: '1s',
  timeout: '10s',
  headers: [],
}) satisfies SentinelOptions;

export interface ResolvedSentinel {
  readonly mode: 'off' | 'report' | 'quarantine';
  readonly sample: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly principal: SentinelOptions['principal'];
  readonly headers: readonly string[];
  readonly ignore: SentinelOptions['ignore'];
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveSentinel(given: SentinelOptions = {}): ResolvedSentinel {
  checks.known('sentinel', given, [...Object.keys(SENTINEL_DEFAULTS), 'principal', 'ignore']);
  const options = withDefaults<SentinelOptions, typeof SENTINEL_DEFAULTS>(given, SENTINEL_DEFAULTS);
  const { sample, headers, principal, ignore } = options;
  if (typeof sample !== 'number' || !(sample >= 0 && sample <= 1)) {
    throw checks.failure('sentinel.sample', 'a number from 0 to 1', sample);
  }
  if (!Array.isArray(headers)) throw checks.failure('sentinel.headers', 'an array of header names', headers);
  if (principal !== undefined) checks.callable('sentinel.principal', principal);
  if (ignore !== undefined) checks.callable('sentinel.ignore', ignore);
  return {
    mode: checks.oneOf('sentinel.mode', options.mode, ['off', 'report', 'quarantine']),
    sample,
    intervalMs: checks.duration('sentinel.interval', options.interval, { min: 0 }),
    timeoutMs: checks.duration('sentinel.timeout', options.timeout),
    principal,
    headers: headers.map((name) => checks.text('sentinel.headers', name).toLowerCase()),
    ignore,
  };
}
