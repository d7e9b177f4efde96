import type { Engine } from '../engine.ts';
import type { Address } from '../entries/address.ts';
import { lifetimeAt, wholeLifeMs } from '../entries/freshness.ts';
import { holdEntry } from '../entries/held.ts';
import { areCurrent } from '../generations/generations.ts';
import type { ResolvedPolicy } from '../options/policy-options.ts';
import { type Source, storeEntries, takesWrites } from './source.ts';
import { forgetKey, storeWrites } from './store-writes.ts';
import { supersede } from './supersede.ts';
import { keepForLater, type ValueToWrite, write } from './write.ts';
import type { BufferedWrite } from './write-buffer.ts';

/** {@link writeValues} of one. */
export function writeValue(
  engine: Engine,
  policy: Pick<ResolvedPolicy, 'source' | 'write'>,
  value: ValueToWrite,
): Promise<void> {
  const isPlain = !takesWrites(policy.source) && engine.mode === 'cached';
  return isPlain ? write(engine, policy.write, value) : writeValues(engine, policy, [value]);
}

/**
 * Writes as the policy says: to its source first, where it has one, and only what that took to the tiers.
 *
 * @throws what the source throws; the cache is then as it was.
 */
export async function writeValues(
  engine: Engine,
  { source, write: strategy }: Pick<ResolvedPolicy, 'source' | 'write'>,
  values: readonly ValueToWrite[],
): Promise<void> {
  if (!takesWrites(source)) {
    if (engine.mode === 'bypass') return forgetAll(engine, values);
    await Promise.all(values.map((value) => write(engine, strategy, value)));
    return;
  }
  for (const { call } of values) call.outcomes.sets += 1;
  if (strategy === 'around' || engine.mode === 'bypass') return writeAround(engine, source, values);
  const due = strategy === 'back' ? values.filter((value) => !keepForLater(engine, value, source)) : values;
  if (due.length > 0) await writeThrough(engine, source, due);
}

/** While the cache is switched off: the value is not kept, and what was there before must not stay, either. */
async function forgetAll(engine: Engine, values: readonly ValueToWrite[]): Promise<void> {
  const landing = engine.writeBack.discard(idsOf(values));
  if (landing) await landing;
  await Promise.all(values.map(({ call }) => forgetKey(engine, call.address)));
}

async function writeThrough(engine: Engine, source: Source, values: readonly ValueToWrite[]): Promise<void> {
  const refusals = await engine.sourceQueue.run(idsOf(values), async () => {
    const writes = await Promise.all(values.map((value) => stampedWrite(engine, source, value)));
    return storeWrites(engine, source, writes, (write) => keepInMemory(engine, write));
  });
  throwFirst(refusals);
}

/** A write with the generations from before the source has it. */
async function stampedWrite(
  engine: Engine,
  source: Source,
  { call, encoded, terms }: ValueToWrite,
): Promise<BufferedWrite> {
  const lifeMs = wholeLifeMs(terms);
  const { generations } =
    engine.generations.forWriteAtOnce(terms.tags, lifeMs) ?? (await engine.generations.forWrite(terms.tags, lifeMs));
  const lifetime = lifetimeAt(terms, engine.clock.now());
  return { call, encoded, lifetime, generations, writtenAtMs: Math.floor(performance.now()), source };
}

/** The source has the value: what was read, loaded or buffered before is out of date. */
function keepInMemory(engine: Engine, { call, encoded, lifetime, generations }: BufferedWrite): void {
  const { id } = call.address;
  engine.writeBack.remove(id);
  supersede(engine, id);
  if (areCurrent(generations))
    engine.memory.store(id, holdEntry(call, encoded, lifetime, generations, engine.clock.now()));
}

async function writeAround(engine: Engine, source: Source, values: readonly ValueToWrite[]): Promise<void> {
  const errors = await engine.sourceQueue.run(idsOf(values), async () => {
    const refused = await storeEntries(source, entriesOf(values));
    const taken = values.filter(({ call }) => !refused.has(call.address.key));
    for (const { call } of taken) engine.writeBack.remove(call.address.id);
    await Promise.all(taken.map(({ call }) => forgetKey(engine, call.address)));
    return refused;
  });
  throwFirst(errors);
}

/** Removes from the source what `delete` names. @throws what the source throws. */
export async function removeFromSource(engine: Engine, source: Source, { id, key }: Address): Promise<void> {
  await engine.sourceQueue.run([id], async () => {
    await source.remove?.(key);
    engine.writeBack.remove(id);
  });
}

function idsOf(values: readonly ValueToWrite[]): string[] {
  return values.map(({ call }) => call.address.id);
}

function entriesOf(values: readonly ValueToWrite[]): ReadonlyMap<string, unknown> {
  return new Map(values.map(({ call, encoded }) => [call.address.key, encoded.value]));
}

function throwFirst(errors: ReadonlyMap<unknown, unknown>): void {
  for (const error of errors.values()) throw error;
}
