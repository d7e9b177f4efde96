/** One question and the cases that answer it, side by side in one run. Plain data; the harness does the rest. */
export type Topic = HttpTopic | CallTopic | TimedTopic;

interface TopicFacts {
  /** As typed after `pnpm bench`. `group/part` is run by its group's name as well, with the group's other parts. */
  readonly name: string;
  readonly question: string;
  /** The case every ratio is taken against, round by round. */
  readonly reference: string;
  readonly thresholds: readonly Threshold[];
  /** Starts a `redis-server` for this run. */
  readonly needsRedis?: true;
}

/** Servers under load: requests per second and latency. */
export interface HttpTopic extends TopicFacts {
  readonly measures: 'requests';
  readonly path: string;
  /** Which URLs are asked for, by their query: one, a hundred in turn, or for every request its own. @default 'same' */
  readonly urls?: Urls;
  /** What every case must answer at `path`, byte for byte, with 200. */
  readonly body: Buffer;
  readonly connections: number;
  readonly cases: readonly HttpCase[];
}

/** `same`: the path alone. `hundred`: with `?of=0` to `?of=99`, in turn. `own`: none was asked for before. */
export type Urls = 'same' | 'hundred' | 'own';

/** Functions called in a loop: calls per second. */
export interface CallTopic extends TopicFacts {
  readonly measures: 'calls';
  /** Calls in flight at once; of no effect on a synchronous call. */
  readonly concurrency: number;
  readonly cases: readonly CallCase[];
}

/** Functions under a given load: how long each call takes, and what all of them do to the event loop. */
export interface TimedTopic extends TopicFacts {
  readonly measures: 'timed-calls';
  readonly load: CallLoad;
  readonly cases: readonly TimedCase[];
}

/** So many callers who call again when they are answered; or so many calls, whether the case keeps up or not. */
export type CallLoad = { readonly concurrency: number } | { readonly callsPerSecond: number };

interface CaseFacts {
  readonly name: string;
  /** What exactly is measured, in half a line. */
  readonly about: string;
}

export interface HttpCase extends CaseFacts {
  /**
   * Who answers under load. `cache`: after the first request the handler must never run again. `handler`: it runs for every
   * request. Otherwise the bench aborts.
   */
  readonly answeredBy: 'handler' | 'cache';
  /** Why it cannot be measured on this machine, if it cannot: then the run goes on without it. Never a topic's reference. */
  readonly missing?: () => Promise<string | undefined>;
  /** What an answer says of itself once the cache is filled. */
  readonly cacheStatus?: RegExp;
  /**
   * Runs in a process of the case's own, so it imports what it measures itself. Resolves with the server's base URL.
   * `redisUrl` is that of a server of this run's own, where the topic asked for one.
   */
  readonly serve: (handler: RunCount, redisUrl: string) => Promise<string>;
}

export interface CallCase extends CaseFacts {
  /**
   * Runs in a process of the case's own. Resolves with the call to measure, which may return a promise.
   * `redisUrl` is that of a server of this run's own, where the topic asked for one.
   */
  readonly prepare: (redisUrl: string) => Promise<() => unknown>;
}

export interface TimedCase extends CaseFacts {
  /** As {@link CallCase.prepare}. */
  readonly prepare: (redisUrl: string) => Promise<TimedSubject>;
}

export interface TimedSubject {
  readonly call: () => Promise<unknown>;
  /** What goes on beside the calls while they are measured, at its own pace; one at a time. */
  readonly beside?: { readonly act: () => Promise<unknown>; readonly everyMs: number };
}

/** Every handler of an HTTP case adds its runs here; that is how a hit is told from a miss, whatever the library says. */
export interface RunCount {
  runs: number;
  /** CPU time of a process that answers in place of the case's own. */
  othersCpuMicros?: () => number;
}

/** What a threshold compares: calls or requests per second, percentiles of their latency, the worst delay of a timer. */
export type Figure = 'throughput' | 'p50' | 'p99' | 'loop-delay';

/** A promise that `--check` holds the median ratio of a figure to. */
export type Threshold = {
  readonly case: string;
  readonly against: string;
  /** @default 'throughput' */
  readonly figure?: Figure;
  /** Why this number, and what it is to become. */
  readonly because: string;
} & ({ readonly atLeast: number; readonly atMost?: never } | { readonly atMost: number; readonly atLeast?: never });
