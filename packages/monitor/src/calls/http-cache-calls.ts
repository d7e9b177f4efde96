import type { Emitter } from '@breakwater/core';
import type { HttpCache, HttpCacheStats, PurgeOptions, PurgeTarget } from '@breakwater/http-cache';
import { CallRefusedError, callChecks } from '../errors.ts';
import type { MonitorEvents } from '../events.ts';
import type { StatsSource } from '../parts.ts';

/** What admins may ask and tell a cache of responses. */
export type HttpCacheControls = Pick<HttpCache, 'explain' | 'list' | 'purge' | 'release' | 'stats'>;

/** The caches among the parts: what has only `stats()` can be shown, and neither asked nor told anything. */
export function controlsIn(
  sources: ReadonlyMap<string, StatsSource<HttpCacheStats>>,
): ReadonlyMap<string, HttpCacheControls> {
  return new Map([...sources].filter((source): source is [string, HttpCacheControls] => isControls(source[1])));
}

function isControls(source: StatsSource<HttpCacheStats>): source is HttpCacheControls {
  const given = source as Partial<HttpCacheControls>;
  return [given.explain, given.list, given.purge, given.release].every((control) => typeof control === 'function');
}

/** What an admin call is given, and what its answer is made of. */
export type Call = (asked: Asked) => Promise<object>;

export interface Asked {
  readonly said: Readonly<Record<string, unknown>>;
  /** The framework's own request. */
  readonly request: unknown;
  /** The client went away. */
  readonly signal: AbortSignal;
}

export interface HttpCacheCalls {
  readonly explain: Call;
  readonly responses: Call;
  readonly purge: Call;
  readonly release: Call;
}

export interface CallTools {
  readonly httpCaches: ReadonlyMap<string, HttpCacheControls>;
  readonly changes: 'refuse' | 'allow';
  readonly events: Emitter<MonitorEvents>;
}

/** The calls take what {@link HttpCacheControls} take, and `name` where there are several caches. */
export function createHttpCacheCalls({ httpCaches, changes, events }: CallTools): HttpCacheCalls {
  function chosen(name: unknown): readonly [name: string, httpCache: HttpCacheControls] {
    const names = [...httpCaches.keys()];
    const one = callChecks.oneOf('name', name ?? (names.length === 1 ? names[0] : undefined), names);
    return [one, httpCaches.get(one) as HttpCacheControls];
  }

  function refuseChanges(): void {
    if (changes === 'allow') return;
    throw new CallRefusedError(403, 'READ_ONLY', "This monitor changes nothing: createMonitor({ changes: 'allow' }).");
  }

  return {
    async explain({ said }) {
      const { name: given, ...request } = said;
      const [name, httpCache] = chosen(given);
      try {
        return await httpCache.explain(request as never);
      } catch (error) {
        if (isInputError(error)) throw error;
        events.emit('explain:failed', { name, error });
        throw new CallRefusedError(
          422,
          'EXPLAIN_FAILED',
          'A callback of the application (key, tags, personal, authority) failed, most likely for want of what the framework puts ' +
            'on a request: give it as request, { "params": { … } } for instance. The event explain:failed has the error.',
          { cause: error },
        );
      }
    },

    async responses({ said }) {
      callChecks.known('query', said, ['name', 'prefix', 'host', 'route', 'limit', 'cursor']);
      const { name: given, limit, ...which } = said;
      const [name, httpCache] = chosen(given);
      const page = await httpCache.list({ ...which, ...(limit !== undefined && { limit: Number(limit) }) });
      return { name, ...page };
    },

    async purge({ said, request, signal }) {
      callChecks.known('content', said, ['name', 'target', 'mode', 'dryRun', 'pace', 'reason']);
      const { name: given, target: named, ...options } = said;
      const [name, httpCache] = chosen(given);
      const target = named as PurgeTarget;
      const isDryRun = options.dryRun === true;
      if (!isDryRun) refuseChanges();
      // Without a pace there is nothing to end.
      const ending = options.pace === undefined ? {} : { signal };
      // As they are: what is no option of a purge is refused there, and never taken for another one.
      const report = await httpCache.purge(target, { ...options, ...ending } as PurgeOptions & { dryRun?: false });
      if (!isDryRun) events.emit('change:made', { change: 'purge', name, said, request });
      return { name, target, ...options, ...report };
    },

    async release({ said, request }) {
      callChecks.known('content', said, ['name', 'policy']);
      const [name, httpCache] = chosen(said.name);
      const policy = callChecks.text('policy', said.policy);
      refuseChanges();
      const released = httpCache.release(policy);
      events.emit('change:made', { change: 'release', name, said, request });
      return { name, policy, released, quarantined: httpCache.stats().quarantined };
    },
  };
}

const INPUT_ERRORS: ReadonlySet<unknown> = new Set(['OptionError', 'CacheInputError']);

/** Something that was asked for is wrong, and the error says what. */
export function isInputError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && INPUT_ERRORS.has(error.name);
}
