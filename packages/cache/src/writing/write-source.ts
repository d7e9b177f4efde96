import type { Engine } from '../engine.ts';
import type { Address } from '../entries/address.ts';
import { lifetimeAt, wholeLifeMs } from '../entries/freshness.ts';
import { holdEntry } from '../entries/held.ts';
import { areCurrent } from '../generations/generations.ts';
import type { Source } from '../options/source.ts';
import { storeEntries } from './store-entries.ts';
import { forgetKey, storeWrites } from './store-writes.ts';
import { supersede } from './supersede.ts';
import type { ValueToWrite } from './write.ts';
import type { BufferedWrite } from './write-buffer.ts';

/**
 * Has the source store values, and the tiers what it took.
 *
 * @throws what the source throws; the tiers are then as they were.
 */
export async function writeThrough(engine: Engine, source: Source, values: readonly ValueToWrite[]): Promise<void> {
  const refusals = await engine.sourceQueue.run(idsOf(values), async () => {
    if (engine.replay.isDue()) await engine.replay.settle();
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

/** Has the source store values, and the tiers lose what they have of them. @throws what the source throws. */
export async function writeAround(engine: Engine, source: Source, values: readonly ValueToWrite[]): Promise<void> {
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

export function idsOf(values: readonly ValueToWrite[]): string[] {
  return values.map(({ call }) => call.address.id);
}

function entriesOf(values: readonly ValueToWrite[]): ReadonlyMap<string, unknown> {
  return new Map(values.map(({ call, encoded }) => [call.address.key, encoded.value]));
}

function throwFirst(errors: ReadonlyMap<unknown, unknown>): void {
  for (const error of errors.values()) throw error;
}
