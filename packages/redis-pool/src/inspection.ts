import { createBackgroundWork } from '@breakwater/core';
import type { Ask } from './ask.ts';
import { failureKind } from './failure.ts';
import { parseInfo, type RedisFacts } from './redis-facts.ts';

/** What Redis said about itself at one moment. */
export interface Inspection {
  /** Milliseconds since the Unix epoch, by this process's clock. */
  readonly at: number;
  readonly redis: RedisFacts;
  /** Absent where Redis refuses TIME. */
  readonly clock?: ClockReading;
  /** What Redis refused to tell, with its words: a user without the right to INFO, for instance. */
  readonly refusals: { readonly INFO?: string; readonly TIME?: string };
}

export interface ClockReading {
  /** How far Redis's clock is ahead of this process's; half the round trip is taken off. */
  readonly offsetMs: number;
  /** The offset is right within half of it. */
  readonly roundTripMs: number;
}

/** Looks at Redis from time to time, never on behalf of a command. */
export interface Inspector {
  readonly latest: Inspection | undefined;
  /** Looks now; those who ask meanwhile share the look. Rejects when Redis is away. */
  inspect(): Promise<Inspection>;
  /** Looks in the background, unless that is never done. What fails shows elsewhere. */
  refresh(): void;
  close(): Promise<void>;
}

/** @param everyMs Infinity for never but when asked. */
export function createInspector(ask: Ask, everyMs: number): Inspector {
  const background = createBackgroundWork(() => undefined);
  const isRegular = Number.isFinite(everyMs);
  const timer = isRegular ? setInterval(refresh, everyMs).unref() : undefined;
  let latest: Inspection | undefined;
  let underWay: Promise<Inspection> | undefined;

  async function look(): Promise<Inspection> {
    const [info, time] = await Promise.all([orRefusal(askForFacts(ask)), orRefusal(readClock(ask))]);
    latest = {
      at: Date.now(),
      redis: info.answer ?? {},
      ...(time.answer && { clock: time.answer }),
      refusals: {
        ...(info.refusal && { INFO: info.refusal }),
        ...(time.refusal && { TIME: time.refusal }),
      },
    };
    return latest;
  }

  function inspect(): Promise<Inspection> {
    underWay ??= look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  function refresh(): void {
    if (isRegular) background.run('inspect Redis', inspect);
  }

  return {
    get latest() {
      return latest;
    },
    inspect,
    refresh,
    close() {
      clearInterval(timer);
      return background.drain();
    },
  };
}

async function askForFacts(ask: Ask): Promise<RedisFacts> {
  return parseInfo(String(await ask((client) => client.info('default'))));
}

async function readClock(ask: Ask): Promise<ClockReading> {
  const askedOn = Date.now();
  const askedAt = performance.now();
  const [seconds, microseconds] = (await ask((client) => client.call('TIME'))) as [string, string];
  const roundTripMs = performance.now() - askedAt;
  const redisNowMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
  return { offsetMs: redisNowMs - (askedOn + roundTripMs / 2), roundTripMs };
}

/** A refusal is an answer; all else is an outage. */
async function orRefusal<Answer>(work: Promise<Answer>): Promise<{ answer?: Answer; refusal?: string }> {
  try {
    return { answer: await work };
  } catch (error) {
    if (failureKind(error) === 'reply') return { refusal: (error as Error).message };
    throw error;
  }
}
