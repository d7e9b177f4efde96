import type { Cache } from '@breakwater/cache';
import type { DomainEvents, EventBus, EventName } from './events.ts';
import { tags } from './tags.ts';

/** What each event makes untrue: the whole coherence of this application in one table. */
export const INVALIDATION_RULES: { readonly [Name in EventName]: (event: DomainEvents[Name]) => readonly string[] } = {
  'trade:executed': ({ pair }) => [
    tags.price(pair),
    tags.orderBook(pair),
    tags.indicators(pair),
    tags.predictions(pair),
  ],
  'order:placed': ({ pair }) => [tags.orderBook(pair)],
  'model:retrained': ({ model }) => [tags.model(model)],
};

/** From now on every event invalidates, here and in every other instance, before its publisher goes on. */
export function invalidateOnEvents(events: EventBus, cache: Pick<Cache, 'invalidate'>): void {
  function apply<Name extends EventName>(name: Name): void {
    events.on(name, async (event) => {
      await cache.invalidate({ tag: INVALIDATION_RULES[name](event) });
    });
  }
  for (const name of Object.keys(INVALIDATION_RULES) as EventName[]) apply(name);
}
