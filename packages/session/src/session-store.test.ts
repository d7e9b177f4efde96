import { createManualClock } from '@breakwater/testkit';
import type { SessionData } from 'express-session';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeStore, HOUR_MS, MINUTE_MS, promised, session } from '../test/store-contract.ts';
import { createSessionStore, type SessionStoreOptions } from './index.ts';

async function createStore(options: SessionStoreOptions = {}) {
  const clock = createManualClock();
  return { store: createSessionStore({ clock, ...options }), clock };
}

describeStore('the memory tier', createStore);

describe('the memory tier', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('ends a session that was not used for the idle time, and counts idle time from the last use', async () => {
    const { store, clock } = await createStore({ idle: '30m' });
    const sessions = promised(store);
    await sessions.set('a', session());

    clock.advance(29 * MINUTE_MS);
    await sessions.touch('a', (await sessions.get('a')) as SessionData);
    clock.advance(29 * MINUTE_MS);
    expect(await sessions.get('a')).not.toBeNull();

    clock.advance(MINUTE_MS);
    expect(await sessions.get('a')).toBeNull();
    expect(await sessions.length()).toBe(0);
  });

  it('does not renew the idle time by a read alone', async () => {
    const { store, clock } = await createStore({ idle: '30m' });
    const sessions = promised(store);
    await sessions.set('a', session());

    clock.advance(29 * MINUTE_MS);
    await sessions.get('a');
    clock.advance(MINUTE_MS);

    expect(await sessions.get('a')).toBeNull();
  });

  it('forgets a tombstone after an hour', async () => {
    const { store, clock } = await createStore();
    const sessions = promised(store);
    await sessions.destroy('a');

    clock.advance(HOUR_MS - 1);
    await sessions.set('a', session());
    expect(await sessions.get('a')).toBeNull();

    clock.advance(1);
    await sessions.set('a', session());
    expect(await sessions.get('a')).not.toBeNull();
  });

  it('drops the least recently used session beyond its bound', async () => {
    const { store } = await createStore({ memory: { maxSessions: 2 } });
    const sessions = promised(store);
    await sessions.set('a', session());
    await sessions.set('b', session());

    await sessions.get('a');
    await sessions.set('c', session());

    expect(await sessions.get('b')).toBeNull();
    expect(await sessions.get('a')).not.toBeNull();
    expect(await sessions.get('c')).not.toBeNull();
  });

  it('warns of itself in production, and only there', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();

    vi.stubEnv('NODE_ENV', 'development');
    createSessionStore();
    expect(warn).not.toHaveBeenCalled();

    vi.stubEnv('NODE_ENV', 'production');
    createSessionStore();
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('other processes do not see them'),
      expect.objectContaining({ code: 'BREAKWATER_SESSION_MEMORY' }),
    );
  });
});
