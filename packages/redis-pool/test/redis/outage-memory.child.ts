// A process of its own, with --expose-gc: 1,000 commands a second at a Redis that is away, and what the heap holds.

import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { createRedisPool } from '../../src/index.ts';

const [url, seconds] = process.argv.slice(2);
const EVERY_MS = 10;
const COMMANDS_AT_ONCE = 10;
const VALUE = 'v'.repeat(200);

const pool = createRedisPool({ url, deadlineMs: 500 });
let settled = 0;
let answered = 0;

async function send(): Promise<void> {
  try {
    await (settled % 2 ? pool.get('key') : pool.set('key', VALUE, 'PX', 60_000));
    answered += 1;
  } catch {
    // An outage: that it fails is what this is about.
  }
  settled += 1;
}

/** What is there after a full collection, with what the pool has done so far. */
function report(): void {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const { commands, inFlight } = pool.stats();
  process.send?.({ heapUsed, dataBytes: dataBytes() + arrayBuffers, rss, commands, inFlight, settled, answered });
}

/** Objects alone: V8 compiles and recompiles for minutes, and keeps the code beside them. */
function dataBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => !/code|trusted/.test(space_name));
  return spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

const beganAt = performance.now();
let sent = 0;
const load = setInterval(() => {
  // By the clock, so that a late tick is made up for.
  const due = Math.floor((performance.now() - beganAt) / EVERY_MS) * COMMANDS_AT_ONCE;
  for (; sent < due; sent += 1) void send();
}, EVERY_MS);
for (let second = 0; second < Number(seconds); second += 1) {
  await sleep(1000);
  report();
}
clearInterval(load);
await pool.close();
report();
process.disconnect?.();
