export type Listener<Payload> = (event: Payload) => void;

/** The part of an emitter that a package shows its users. */
export interface Subscribable<Events extends object> {
  /** Calls `listener` at every `event`; the returned function ends that. */
  on<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): () => void;
}

export interface Emitter<Events extends object> extends Subscribable<Events> {
  emit<Name extends keyof Events & string>(event: Name, payload: Events[Name]): void;
}

/**
 * A typed emitter whose listeners cannot harm the emitter: what a listener throws is rethrown on a microtask of its
 * own, where the process's usual handling of uncaught errors sees it, and never in the request that emitted.
 */
export function createEmitter<Events extends object>(): Emitter<Events> {
  const listeners = new Map<string, Set<Listener<never>>>();
  return {
    on(event, listener) {
      const named = listeners.get(event) ?? new Set();
      listeners.set(event, named.add(listener));
      return () => void named.delete(listener);
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) {
        try {
          (listener as Listener<typeof payload>)(payload);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
