import type { ModelName } from './models/regressors.ts';
import type { Order, Trade } from './trading/trade.ts';

/** What happens in this application that others may want to know. */
export interface DomainEvents {
  'trade:executed': Trade;
  'order:placed': Order;
  'model:retrained': { readonly model: ModelName; readonly version: number };
}

export type EventName = keyof DomainEvents;

type Listener<Name extends EventName> = (event: DomainEvents[Name]) => Promise<void>;

export interface EventBus {
  on<Name extends EventName>(name: Name, listener: Listener<Name>): void;
  /** Resolves when every listener is done: a caller that answers afterwards leaves nothing stale behind. */
  publish<Name extends EventName>(name: Name, event: DomainEvents[Name]): Promise<void>;
}

export function createEventBus(): EventBus {
  const listeners: { [Name in EventName]: Listener<Name>[] } = {
    'trade:executed': [],
    'order:placed': [],
    'model:retrained': [],
  };
  return {
    on(name, listener) {
      listeners[name].push(listener);
    },
    async publish(name, event) {
      await Promise.all(listeners[name].map((listener) => listener(event)));
    },
  };
}
