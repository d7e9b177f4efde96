import { AsyncLocalStorage } from 'node:async_hooks';
import { CircularLoadError } from '../errors.ts';

/** What a loader may wait for: a load under way. */
export interface Awaitable {
  readonly key: string;
  /** Set while the loader runs that this waits for. */
  loader: LoaderRun | undefined;
}

/** A run of a loader. */
export interface LoaderRun {
  /** One for each call that waits, since two of them may wait for the same. */
  readonly waits: Set<{ readonly for: Awaitable }>;
  isOver: boolean;
}

// Of the process: a circle may go through several caches.
const runs = new AsyncLocalStorage<LoaderRun | undefined>();

// Before Node 24 an AsyncLocalStorage hooks every promise of the process: every hit would pay for it.
const FOLLOWS_FREELY = Number.parseInt(process.versions.node, 10) >= 24;

/**
 * Runs the loader that `loads` wait for. Whatever it asks the caches for meanwhile is known to be asked for by it.
 */
export async function asLoaderOf<Result>(
  loads: readonly Awaitable[],
  run: () => Result | Promise<Result>,
): Promise<Result> {
  if (!FOLLOWS_FREELY) return run();
  const loader: LoaderRun = { waits: new Set(), isOver: false };
  for (const load of loads) load.loader = loader;
  try {
    return await runs.run(loader, run);
  } finally {
    loader.isOver = true;
  }
}

/** Runs what no loader waits for, though one may begin it. */
export function asNoLoader(run: () => void): void {
  if (runs.getStore()) runs.run(undefined, run);
  else run();
}

/**
 * Waits for `load`, unless the loader that asks for it is one that the load waits for itself: they would wait for
 * each other. It is not known whether a loader waits for all that it asks for; it is taken to.
 *
 * @throws CircularLoadError
 */
export function waitFor<Result>(load: Awaitable, answer: () => Promise<Result>): Promise<Result> {
  const asking = runs.getStore();
  return asking && !asking.isOver ? waitWithin(asking, load, answer) : answer();
}

async function waitWithin<Result>(asking: LoaderRun, load: Awaitable, answer: () => Promise<Result>): Promise<Result> {
  const path = pathTo(asking, load, new Set());
  if (path) throw new CircularLoadError([...path, load.key]);
  const wait = { for: load };
  asking.waits.add(wait);
  try {
    return await answer();
  } finally {
    asking.waits.delete(wait);
  }
}

/** The keys from `load` to the one that waits for `run`, each waiting for the next. */
function pathTo(run: LoaderRun, load: Awaitable, seen: Set<Awaitable>): readonly string[] | undefined {
  const { loader } = load;
  if (!loader || loader.isOver || seen.has(load)) return undefined;
  if (loader === run) return [load.key];
  seen.add(load);
  for (const wait of loader.waits) {
    const path = pathTo(run, wait.for, seen);
    if (path) return [load.key, ...path];
  }
  return undefined;
}
