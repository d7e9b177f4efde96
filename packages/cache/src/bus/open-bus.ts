import type { RedisPort } from '@breakwater/core/redis';
import type { Engine } from '../engine.ts';
import type { Invalidator } from '../invalidation/invalidate.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { CacheKeys } from '../redis/redis-keys.ts';
import type { Announcer } from './announcer.ts';
import { type Bus, createBus } from './bus.ts';
import type { Coherence } from './coherence.ts';
import type { OwnWrites } from './own-writes.ts';
import { createBusRecord } from './record.ts';
import { dropChanged } from './tracked-changes.ts';

export interface OpenBusOptions {
  readonly options: ResolvedOptions;
  /** The client as it was given. */
  readonly given: RedisPort;
  /** The same with its commands bounded. */
  readonly client: RedisPort;
  readonly keys: CacheKeys;
  readonly announcer: Announcer;
  readonly engine: Engine;
  readonly invalidator: Invalidator;
  readonly coherence: Coherence;
  /** Where keys are tracked. */
  readonly ownWrites: OwnWrites | undefined;
}

/** Opens the bus of a cache: what is heard goes where it belongs. */
export function openBus(parts: OpenBusOptions): Bus {
  const { options, given, client, keys, announcer, engine, invalidator, coherence, ownWrites } = parts;
  return createBus(
    {
      redis: client,
      client: given,
      channel: keys.channel,
      record: createBusRecord(client, keys.record),
      trackedPrefix: ownWrites && keys.entryPrefix,
      announcer,
      instanceName: options.bus.instanceName ?? announcer.publisher,
      heartbeatMs: options.bus.heartbeatMs,
    },
    {
      onAnnouncement: invalidator.apply,
      onHearing(hears) {
        // Of what is written meanwhile nobody tells.
        if (!hears) ownWrites?.clear();
        coherence.setHearing(hears);
      },
      onLoss: coherence.lose,
      onWake: (id) => engine.leases?.wake(id),
      onChanged: ownWrites ? dropChanged(engine, keys, ownWrites) : () => {},
      onRefused: (error) => engine.events.emit('bus:refused', { error }),
    },
  );
}
