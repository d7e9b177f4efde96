import { promisify } from 'node:util';
import type { ManualClock } from '@breakwater/testkit';
import { Cookie, type SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import type { SessionStore, SessionStoreOptions } from '../src/index.ts';

declare module 'express-session' {
  interface SessionData {
    userId?: string;
    roles?: string[];
  }
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** A store's operations as promises. */
export function promised(store: SessionStore) {
  return {
    get: (id: string): Promise<SessionData | null | undefined> => promisify(store.get.bind(store))(id),
    set: promisify(store.set.bind(store)),
    touch: promisify(store.touch.bind(store)),
    destroy: promisify(store.destroy.bind(store)),
    clear: promisify(store.clear.bind(store)),
    length: promisify(store.length.bind(store)),
  };
}

export function session(fields: Partial<SessionData> = {}): SessionData {
  return { cookie: new Cookie(), ...fields } as SessionData;
}

/** What every tier promises. `createStore` opens an empty store on the clock. */
export function describeStore(
  name: string,
  createStore: (options?: SessionStoreOptions) => Promise<{ store: SessionStore; clock: ManualClock }>,
): void {
  describe(name, () => {
    it('reads what was saved, and when the session began', async () => {
      const { store, clock } = await createStore();
      const sessions = promised(store);

      await sessions.set('a', session({ userId: 'ada', roles: ['admin'] }));

      expect(await sessions.get('a')).toMatchObject({ userId: 'ada', roles: ['admin'], bornAt: clock.now() });
    });

    it('has no session under an id it was never given', async () => {
      const { store } = await createStore();

      expect(await promised(store).get('unknown')).toBeNull();
      expect(store.stats()).toMatchObject({ reads: 1, found: 0, unreadable: 0 });
    });

    it('keeps sessions apart, whatever their ids look like', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      const ids = ['a', 'a}b', 'a:b', '{a}', '*', ' ', 'ä', '__proto__'];

      for (const id of ids) await sessions.set(id, session({ userId: id }));

      for (const id of ids) expect((await sessions.get(id))?.userId).toBe(id);
    });

    it('hands out a copy that nobody else sees changed', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      await sessions.set('a', session({ roles: ['user'] }));

      (await sessions.get('a'))?.roles?.push('admin');

      expect((await sessions.get('a'))?.roles).toEqual(['user']);
    });

    it('does not write into the session it saves', async () => {
      const { store } = await createStore();
      const saved = session({ userId: 'ada' });

      await promised(store).set('a', saved);

      expect(Object.keys(saved)).toEqual(['cookie', 'userId']);
    });

    it('keeps the beginning of a session over later saves', async () => {
      const { store, clock } = await createStore();
      const sessions = promised(store);
      const bornAt = clock.now();
      await sessions.set('a', session());

      clock.advance(MINUTE_MS);
      await sessions.set('a', session({ ...(await sessions.get('a')), userId: 'bob' }));

      expect(await sessions.get('a')).toMatchObject({ userId: 'bob', bornAt });
    });

    it('has no session any more once it was destroyed', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      await sessions.set('a', session());

      await sessions.destroy('a');
      await sessions.destroy('a');

      expect(await sessions.get('a')).toBeNull();
    });

    it('refuses the save of a request that read the session before it was destroyed', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      const refused: unknown[] = [];
      store.events.on('save:refused', (event) => refused.push(event));
      await sessions.set('a', session({ userId: 'ada' }));
      const readBefore = (await sessions.get('a')) as SessionData;

      await sessions.destroy('a');
      await sessions.set('a', session({ ...readBefore, userId: 'late' }));
      await store.commit('a', session({ ...readBefore, userId: 'later' }));

      expect(await sessions.get('a')).toBeNull();
      expect(refused).toEqual([{}, {}]);
    });

    it('does not bring a destroyed session back by touching it', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      await sessions.set('a', session());
      const readBefore = (await sessions.get('a')) as SessionData;

      await sessions.destroy('a');
      await sessions.touch('a', readBefore);

      expect(await sessions.get('a')).toBeNull();
    });

    it('destroys a session at the end of its absolute lifetime, however much it was used', async () => {
      const { store, clock } = await createStore({ idle: '30m', absolute: '1h' });
      const sessions = promised(store);
      await sessions.set('a', session());

      for (const _use of [1, 2, 3]) {
        clock.advance(20 * MINUTE_MS - 1);
        const found = (await sessions.get('a')) as SessionData;
        expect(found).not.toBeNull();
        await sessions.touch('a', found);
      }
      clock.advance(3);

      expect(await sessions.get('a')).toBeNull();
      expect(await sessions.length()).toBe(0);
    });

    it('destroys a session that is saved after the end of its absolute lifetime', async () => {
      const { store, clock } = await createStore({ absolute: '1h' });
      const sessions = promised(store);
      await sessions.set('a', session());
      const readInTime = (await sessions.get('a')) as SessionData;

      clock.advance(HOUR_MS);
      await sessions.set('a', readInTime);
      await sessions.set('a', session());

      expect(await sessions.get('a')).toBeNull();
    });

    it('takes a beginning in the future, or none that is a time, for now', async () => {
      const { store, clock } = await createStore();
      const sessions = promised(store);

      await sessions.set('a', session({ bornAt: clock.now() + HOUR_MS }));
      await sessions.set('b', session({ bornAt: Number.NaN }));

      expect((await sessions.get('a'))?.bornAt).toBe(clock.now());
      expect((await sessions.get('b'))?.bornAt).toBe(clock.now());
    });

    it('counts and clears all sessions', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      for (const id of ['a', 'b', 'c']) await sessions.set(id, session());
      await sessions.destroy('c');
      expect(await sessions.length()).toBe(2);

      await sessions.clear();
      await sessions.set('a', session({ userId: 'late' }));

      expect(await sessions.length()).toBe(0);
      expect(await sessions.get('a')).toBeNull();
    });

    it('leaves out the write of a framework whose session was committed already, once', async () => {
      const { store } = await createStore();
      const sessions = promised(store);
      const live = session({ userId: 'ada' });

      await store.commit('a', live);
      live.userId = 'bob';
      await sessions.set('a', live);
      expect((await sessions.get('a'))?.userId).toBe('ada');

      await sessions.set('a', live);
      expect((await sessions.get('a'))?.userId).toBe('bob');
    });

    it('counts what it does', async () => {
      const { store } = await createStore();
      const sessions = promised(store);

      await sessions.set('a', session());
      const found = (await sessions.get('a')) as SessionData;
      await sessions.touch('a', found);
      await sessions.destroy('a');
      await sessions.get('a');

      expect(store.stats()).toEqual({
        tier: expect.stringMatching(/^(redis|memory)$/),
        reads: 2,
        found: 1,
        writes: 1,
        touches: 1,
        destroyed: 1,
        unreadable: 0,
        redisErrors: 0,
      });
    });

    it('reports a session that cannot be written as JSON, and as no outage', async () => {
      const { store } = await createStore();
      const unwritable = session({ userId: 1n as unknown as string });

      await expect(promised(store).set('a', unwritable)).rejects.toThrow(TypeError);
      expect(store.stats().redisErrors).toBe(0);
    });
  });
}
