import type { Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import type { Source } from '../options/source.ts';
import type { BatchLoader, Loader } from './loader.ts';

/**
 * A source's own loader; `undefined` where it has none. A write that is buffered for the source counts as stored
 * there.
 */
export function loaderOf(engine: Engine, space: string, source: Source | undefined): Loader<unknown> | undefined {
  if (!source?.load && !source?.loadMany) return undefined;
  return async (key, context) => {
    const due = engine.writeBack.find(idOf(space, key));
    if (due?.source === source) return due.encoded.value;
    if (source.load) return source.load(key, context);
    const loaded = await source.loadMany?.([key]);
    if (!loaded?.has(key)) context.skip();
    return loaded?.get(key);
  };
}

/** The same for many keys; `undefined` for a source that has them one by one only. */
export function batchLoaderOf(
  engine: Engine,
  space: string,
  source: Source | undefined,
): BatchLoader<unknown> | undefined {
  if (!source?.loadMany) return undefined;
  return async (keys) => {
    const due = new Map<string, unknown>();
    for (const key of keys) {
      const write = engine.writeBack.find(idOf(space, key));
      if (write?.source === source) due.set(key, write.encoded.value);
    }
    const missing = keys.filter((key) => !due.has(key));
    const loaded = missing.length > 0 ? ((await source.loadMany?.(missing)) ?? []) : [];
    // Returned as it is where nothing is to be added: what is no Map is refused by the caller.
    return due.size > 0 || missing.length === 0 ? new Map([...due, ...loaded]) : (loaded as Map<string, unknown>);
  };
}
