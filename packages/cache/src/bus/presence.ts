import type { RedisPort } from '@breakwater/core/redis';
import type { Announcer } from './announcer.ts';
import type { Arrivals } from './arrivals.ts';
import { type Beat, encodeBeat, type Saying } from './bus-message.ts';
import { createHeartbeat, PRESENCE_TICKS } from './heartbeat.ts';
import { createPeers } from './peers.ts';
import { createQuestions, type Questions } from './questions.ts';
import type { Milestone } from './token.ts';

/** This instance among the others: signs of life, and questions that are answered. */
export interface Presence {
  /** The names of the other live instances. */
  live(): readonly string[];
  readonly lagMs: number | undefined;
  /** Anything at all came over the bus. */
  heard(): void;
  heardFrom(publisher: string): void;
  heardBeat(beat: Beat): void;
  /** Says now that it is there. */
  beat(): void;
  readonly ask: Questions['ask'];
  /** Says goodbye, where Redis listens. */
  leave(): Promise<void>;
}

export interface PresenceOptions {
  readonly redis: Pick<RedisPort, 'publish'>;
  readonly channel: string;
  readonly announcer: Announcer;
  readonly instanceName: string;
  readonly heartbeatMs: number;
  readonly arrivals: Arrivals;
  readonly hasHeard: (milestone: Milestone) => boolean;
  /** Nothing is heard, not even of oneself. */
  readonly onSilent: () => void;
}

/** Signs of life in a row that may be lost before an instance counts as gone. */
const LIVES = 3;

export function createPresence(options: PresenceOptions): Presence {
  const { redis, channel, announcer, instanceName, heartbeatMs, arrivals, hasHeard, onSilent } = options;
  const peers = createPeers(heartbeatMs * PRESENCE_TICKS * LIVES);
  const own = () => ({ publisher: announcer.publisher, sequence: announcer.published });
  let beatenAt = 0;
  let lagMs: number | undefined;

  const say = (says: Saying) => redis.publish(channel, encodeBeat({ ...own(), name: instanceName, says }));
  const questions = createQuestions({ own, peers, arrivals, hasHeard, say });
  const heartbeat = createHeartbeat({
    everyMs: heartbeatMs,
    published: () => announcer.published,
    send() {
      beatenAt = performance.now();
      return say('here');
    },
    onSilent,
  });

  return {
    live: () => peers.live(performance.now()).map(({ name }) => name),
    get lagMs() {
      return lagMs;
    },
    heard: heartbeat.heard,
    heardFrom: (publisher) => peers.heard(publisher, performance.now()),
    heardBeat({ publisher, sequence, name, says }) {
      const nowMs = performance.now();
      if (publisher === announcer.publisher) {
        if (says === 'here') lagMs = nowMs - beatenAt;
        return;
      }
      peers.heard(publisher, nowMs, name);
      if (says === 'leaving') peers.left(publisher);
      else if (says === 'asks') void questions.answer({ publisher, sequence });
      else if (says !== 'here') questions.answered(publisher, name, { publisher: says[1], sequence: says[2] });
    },
    beat: heartbeat.beat,
    ask: questions.ask,
    async leave() {
      heartbeat.close();
      // Nobody need wait for us; where Redis is away, the others learn it by our silence.
      await say('leaving').catch(() => {});
    },
  };
}
