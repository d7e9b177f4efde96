import type { RedisPort } from '@breakwater/core/redis';
import type { CacheStats } from '../stats.ts';
import type { Announcement } from './announcement.ts';
import { createArrivals } from './arrivals.ts';
import { type Beat, createDecodeOwn, decodeMessage, type Told } from './bus-message.ts';
import { createCatchUp, type LossReason } from './catch-up.ts';
import { createPresence, type Presence, type PresenceOptions } from './presence.ts';
import type { BusRecord } from './record.ts';
import { createSequenceWatch } from './sequence.ts';
import { createSubscription } from './subscription.ts';
import type { Milestone } from './token.ts';
import { wokenBy } from './wake-message.ts';

/** What other instances of this namespace say, over Redis pub/sub. */
export interface Bus {
  stats(): Omit<CacheStats['bus'], 'flushes'>;
  readonly ask: Presence['ask'];
  readonly live: Presence['live'];
  /** Resolves with whether everything up to there was heard within the time; what is still on its way is read from the record. */
  demand(milestone: Milestone, withinMs: number): Promise<boolean>;
  /** Says goodbye, where Redis listens. */
  close(): Promise<void>;
}

export interface BusListeners {
  onAnnouncement(announcement: Announcement): void;
  /** Whether everything is heard that is said: see {@link CatchUp.hears}. */
  onHearing(hears: boolean): void;
  /** Messages were missed for good. */
  onLoss(reason: LossReason): void;
  /** The lease of `id` is over. */
  onWake(id: string): void;
  /** Somebody changed these keys in Redis. */
  onChanged(keys: readonly string[]): void;
  /** Redis refuses to let this instance hear. */
  onRefused(error: Error): void;
}

/** What a bus is made of; its users' options are in `options/bus-options.ts`. */
export interface BusParts extends Omit<PresenceOptions, 'arrivals' | 'hasHeard' | 'onSilent'> {
  /** The client as its user gave it: one with bounded commands would not pass on how it is to be duplicated. */
  readonly client: Pick<RedisPort, 'duplicate' | 'nodes'>;
  readonly record: BusRecord;
  /** Changes that anybody makes to keys under it are heard of. */
  readonly trackedPrefix: string | undefined;
}

/** How long messages of one publisher may arrive out of order before a hole counts as a loss. */
const GAP_GRACE_MS = 250;

export function createBus(parts: BusParts, listeners: BusListeners): Bus {
  const { client, channel, record, announcer, trackedPrefix } = parts;
  const decodeOwn = createDecodeOwn(announcer.publisher);
  const watch = createSequenceWatch(GAP_GRACE_MS);
  const arrivals = createArrivals();
  let gapTimer: NodeJS.Timeout | undefined;
  let received = 0;

  const catchUp = createCatchUp({
    record,
    watch,
    apply: applyOthers,
    onHearing(hears) {
      arrivals.look();
      listeners.onHearing(hears);
    },
    onLoss: listeners.onLoss,
  });

  const presence = createPresence({
    ...parts,
    arrivals,
    hasHeard,
    onSilent: () => subscription.replace(),
  });

  function hasHeard({ publisher, sequence }: Milestone): boolean {
    return catchUp.hears && watch.hasAll(publisher, sequence);
  }

  function applyOther({ publisher, sequence, announcement }: Told): void {
    listeners.onAnnouncement(announcement);
    watch.heard(publisher, sequence, performance.now());
    presence.heardFrom(publisher);
  }

  function applyOthers(messages: readonly Told[]): void {
    for (const message of messages) if (message.publisher !== announcer.publisher) applyOther(message);
  }

  function hearTold(message: Told): void {
    if (message.publisher !== announcer.publisher) {
      received += 1;
      applyOther(message);
    }
    catchUp.heard(message.id);
  }

  function hearBeat(beat: Beat): void {
    const { publisher, sequence } = beat;
    if (publisher !== announcer.publisher) watch.claimed(publisher, sequence, performance.now());
    presence.heardBeat(beat);
  }

  function hear(text: string): void {
    presence.heard();
    const woken = wokenBy(text);
    if (woken !== undefined) {
      listeners.onWake(woken);
      return;
    }
    const message = decodeOwn(text) ?? decodeMessage(text);
    if (!message) {
      // A newer version may have said that something is invalid; it cannot be known what.
      received += 1;
      catchUp.lose('gap');
    } else if ('says' in message) hearBeat(message);
    else hearTold(message);
    if (gapTimer === undefined) checkGap();
    arrivals.look();
  }

  function checkGap(): void {
    gapTimer = undefined;
    const state = watch.check(performance.now());
    if (state === 'whole') return;
    if (state === 'lost' && catchUp.hears) void catchUp.begin('gap');
    gapTimer = setTimeout(checkGap, GAP_GRACE_MS).unref();
  }

  const subscription = createSubscription(
    client,
    { channel, trackedPrefix },
    {
      onSubscribed() {
        catchUp.connected();
        presence.beat();
      },
      // The record says nothing of changes that are made by others than instances of this cache.
      onLost: () => catchUp.disconnected(trackedPrefix === undefined),
      onText: hear,
      onChanged(keys) {
        presence.heard();
        if (keys === 'all') catchUp.lose('emptied');
        else listeners.onChanged(keys);
      },
      onRefused: listeners.onRefused,
    },
  );

  return {
    stats: () => ({
      connected: catchUp.hears,
      published: announcer.published,
      received,
      replays: catchUp.replays,
      instances: presence.live().length,
      lagMs: presence.lagMs,
    }),
    async ask(withinMs) {
      const startedAt = performance.now();
      // Who does not hear yet would miss the answers.
      await arrivals.until(() => catchUp.hears, withinMs);
      return presence.ask(Math.max(0, withinMs - (performance.now() - startedAt)));
    },
    live: presence.live,
    async demand(milestone, withinMs) {
      if (hasHeard(milestone)) return true;
      let isRead = false;
      void catchUp.readAhead().then((isDone) => {
        isRead = isDone;
        arrivals.look();
      });
      return arrivals.until(() => isRead || hasHeard(milestone), withinMs);
    },
    async close() {
      arrivals.close();
      clearTimeout(gapTimer);
      subscription.close();
      await presence.leave();
    },
  };
}
