import type { Source } from '../src/index.ts';

/** A database of one process, that records what is asked of it, and can be slow or fail. */
export interface MemorySource {
  readonly rows: Map<string, unknown>;
  /** Each call, in the order in which it began: `store a=1`. */
  readonly calls: string[];
  readonly source: Required<Source>;
  /** Calls of `name` wait before they return (what they store is stored), until the returned function is called. */
  hold(name: keyof Source): () => void;
  /** The next call of `name` waits before it does anything, until the returned function is called. */
  delayNext(name: keyof Source): () => void;
  /** Calls of `name` that this is true of fail, and store nothing. */
  failWhen(name: keyof Source, isBad: (keys: readonly string[]) => boolean): () => void;
}

export function createMemorySource(rows: Record<string, unknown> = {}): MemorySource {
  const table = new Map<string, unknown>(Object.entries(rows));
  const calls: string[] = [];
  const gates = new Map<keyof Source, Promise<void>>();
  const delays = new Map<keyof Source, Promise<void>>();
  const bad = new Map<keyof Source, (keys: readonly string[]) => boolean>();

  async function call<Result>(name: keyof Source, keys: readonly string[], what: string, run: () => Result) {
    calls.push(`${name} ${what}`);
    if (bad.get(name)?.(keys)) throw new Error(`no ${name} of ${keys}`);
    const delay = delays.get(name);
    delays.delete(name);
    if (delay) await delay;
    const result = run();
    await gates.get(name);
    return result;
  }

  return {
    rows: table,
    calls,
    source: {
      load: (key) => call('load', [key], key, () => table.get(key)),
      loadMany: (keys) =>
        call('loadMany', keys, keys.join(), () => {
          return new Map(keys.filter((key) => table.has(key)).map((key) => [key, table.get(key)]));
        }),
      store: (key, value) => call('store', [key], `${key}=${value}`, () => void table.set(key, value)),
      storeMany: (entries) =>
        call('storeMany', [...entries.keys()], [...entries].map((pair) => pair.join('=')).join(), () => {
          for (const [key, value] of entries) table.set(key, value);
        }),
      remove: (key) => call('remove', [key], key, () => void table.delete(key)),
    },
    delayNext(name) {
      const gate = createGate();
      delays.set(name, gate.opened);
      return gate.open;
    },
    hold(name) {
      const { opened, open } = createGate();
      gates.set(name, opened);
      return () => {
        gates.delete(name);
        open();
      };
    },
    failWhen(name, isBad) {
      bad.set(name, isBad);
      return () => void bad.delete(name);
    },
  };
}

function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
