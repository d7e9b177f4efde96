import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHeartbeat, type Heartbeat, PRESENCE_TICKS } from './heartbeat.ts';

const EVERY_MS = 1000;
let heartbeats: Heartbeat[] = [];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const heartbeat of heartbeats) heartbeat.close();
  heartbeats = [];
  vi.useRealTimers();
});

/** An instance whose beats everybody in `fleet` hears. */
function join(fleet: Heartbeat[], { hears = true } = {}) {
  const instance = { published: 0, beats: 0, silences: 0 };
  const heartbeat = createHeartbeat({
    everyMs: EVERY_MS,
    published: () => instance.published,
    async send() {
      instance.beats += 1;
      for (const other of fleet) other.heard();
    },
    onSilent() {
      instance.silences += 1;
    },
  });
  if (hears) fleet.push(heartbeat);
  heartbeats.push(heartbeat);
  return instance;
}

describe('a heartbeat', () => {
  it('follows what was announced at the next tick, once', async () => {
    const fleet: Heartbeat[] = [];
    const one = join(fleet);
    const two = join(fleet);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    const before = one.beats;
    one.published = 1;
    two.published = 1;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(one.beats).toBe(before + 1);
    expect(two.beats).toBeGreaterThan(0);
  });

  it('is about one a tick in a fleet that has nothing to say, however large it is', async () => {
    const fleet: Heartbeat[] = [];
    const ticks = PRESENCE_TICKS * 10;
    const instances: ReturnType<typeof join>[] = [];
    for (let index = 0; index < 20; index += 1) {
      instances.push(join(fleet));
      await vi.advanceTimersByTimeAsync(EVERY_MS / 20);
    }
    const beatsOf = () => instances.reduce((sum, { beats }) => sum + beats, 0);
    const before = beatsOf();
    await vi.advanceTimersByTimeAsync(EVERY_MS * ticks);
    // Every instance is to be seen now and then, all the same.
    expect(beatsOf() - before).toBeLessThanOrEqual((1 + instances.length / PRESENCE_TICKS) * ticks);
    for (const { beats, silences } of instances) {
      expect(beats).toBeGreaterThanOrEqual(ticks / PRESENCE_TICKS);
      expect(silences).toBe(0);
    }
  });

  it('that does not come back is noticed within four ticks, and again as long as that lasts', async () => {
    const deaf = join([], { hears: false });
    await vi.advanceTimersByTimeAsync(EVERY_MS * 4);
    expect(deaf.silences).toBe(1);
    await vi.advanceTimersByTimeAsync(EVERY_MS * 4);
    expect(deaf.silences).toBeGreaterThan(1);
  });

  it('that Redis did not take need not come back', async () => {
    const onSilent = vi.fn();
    const send = vi.fn(() => Promise.reject(new Error('away')));
    heartbeats.push(createHeartbeat({ everyMs: EVERY_MS, published: () => 0, send, onSilent }));
    await vi.advanceTimersByTimeAsync(EVERY_MS * 10);
    expect(send).toHaveBeenCalled();
    expect(onSilent).not.toHaveBeenCalled();
  });
});
