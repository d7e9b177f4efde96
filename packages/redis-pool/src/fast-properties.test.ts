import { createDeadline } from '@breakwater/core/redis';
import { hasFastProperties } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { createCallWindow } from './call-window.ts';
import { createCircuit } from './circuit.ts';
import { createCounters } from './counters.ts';
import { createDispatcher } from './dispatcher.ts';
import { createHealth } from './health.ts';
import { openLane } from './lane.ts';
import { createLanes } from './lanes.ts';
import { createLargeValues } from './large-values.ts';
import { createLatency } from './latency.ts';
import { resolveOptions } from './options.ts';
import { createTripwire } from './tripwire.ts';
import { createWaitingRoom } from './waiting-room.ts';

const { breaker, limits, retry } = resolveOptions({});
const nothing = () => {};
// Nothing connects: no command is sent.
const laneSettings = { endpoint: { kind: 'server', settings: { lazyConnect: true } }, connectTimeoutMs: 1000 } as const;
const laneObserver = {
  onCluster: nothing,
  onChange: nothing,
  onReady: nothing,
  onLost: nothing,
  onRestored: nothing,
  onConnectionError: nothing,
};

const makeLanes = () => createLanes({ ...laneSettings, total: 4, inFlight: 10 }, laneObserver);
const makeCircuit = () =>
  createCircuit(
    { ...breaker, random: Math.random, probe: async () => 'answered' },
    { onOpened: nothing, onHalfOpened: nothing, onClosed: nothing },
  );
const makeDispatcher = () =>
  createDispatcher({
    deadline: createDeadline(1000),
    lanes: makeLanes(),
    circuit: makeCircuit(),
    counters: createCounters(),
    limits,
    retry,
    health: () => 'up',
    lastReason: () => '',
  });

it.each<[string, () => object]>([
  ['the dispatcher', makeDispatcher],
  ['the lanes', makeLanes],
  ['a lane', () => openLane({ ...laneSettings, carries: 'small values' }, 0, laneObserver)],
  ['the circuit', makeCircuit],
  ['the tripwire', () => createTripwire(breaker)],
  ['the window of calls', () => createCallWindow(1000)],
  ['the totals of that window', () => createCallWindow(1000).totals],
  [
    'health',
    () =>
      createHealth(() => ({ readyLanes: 0, untriedLanes: 0, served: 'all' }), {
        onStarted: nothing,
        onOutageBegan: nothing,
        onOutageEnded: nothing,
      }),
  ],
  ['the waiting room', () => createWaitingRoom(1, 1000, nothing)],
  ['what is known of large values', createLargeValues],
  ['the counters', createCounters],
  ['the latency', createLatency],
])('%s, touched for every command, has fast properties', (_what, make) => {
  expect([make(), make()].map(hasFastProperties)).toEqual([true, true]);
});
