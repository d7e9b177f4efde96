import type { Cache, Rules } from '@breakwater/cache';
import type { DomainEvents, EventBus, EventName } from './events.ts';
import { tags } from './tags.ts';

const EVENTS = ['trade:executed', 'order:placed', 'model:retrained'] as const satisfies readonly EventName[];

/** What each event makes untrue: the whole coherence of this application in one place. */
export function invalidationRules(cache: Pick<Cache, 'rules'>): Rules<DomainEvents> {
  const rules = cache.rules<DomainEvents>();
  rules.on('trade:executed', ({ pair }) => [
    tags.price(pair),
    tags.orderBook(pair),
    tags.indicators(pair),
    tags.predictions(pair),
  ]);
  rules.on('order:placed', ({ pair }) => tags.orderBook(pair));
  rules.on('model:retrained', ({ model }) => tags.model(model));
  return rules;
}

/** From now on every event invalidates, here and in every other instance, before its publisher goes on. */
export function invalidateOnEvents(events: EventBus, cache: Pick<Cache, 'rules'>): void {
  const rules = invalidationRules(cache);
  for (const name of EVENTS) {
    events.on(name, async (event) => {
      await rules.emit(name, event);
    });
  }
}
