import { idBesideEntries } from '../entries/address.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import type { Work } from './work.ts';

/**
 * The generations of an entry whose loader has named `tags` in addition to those of its call; `undefined` where one
 * of them may have been invalidated since the work began.
 */
export function generationsWith(
  work: Work,
  tags: readonly string[],
  lifeMs: number,
): WriteGenerations | undefined | Promise<WriteGenerations | undefined> {
  const { engine, call, terms, taken } = work;
  const { generations, shared } = taken;
  // The first is the namespace's.
  const callTags = 1 + terms.tags.length;
  if (tags.length === 0)
    return generations.length === callTags ? taken : { ...taken, generations: generations.slice(0, callTags) };
  engine.expectedTags.remember(call.address.id, tags);
  const ofCall = generations.slice(0, callTags);
  const unexpected = tags.filter((tag) => !generations.some((generation) => generation.tag === tag));
  if (unexpected.length > 0) return withUnexpected(work, ofCall, tags, unexpected, lifeMs);
  return { generations: [...ofCall, ...pick(tags, generations)], shared };
}

async function withUnexpected(
  work: Work,
  ofCall: WriteGenerations['generations'],
  tags: readonly string[],
  unexpected: readonly string[],
  lifeMs: number,
): Promise<WriteGenerations | undefined> {
  const { taken } = work;
  const late = await ofUnexpected(work, unexpected, lifeMs);
  if (!late) return undefined;
  const known = [...taken.generations, ...late.generations];
  return { generations: [...ofCall, ...pick(tags, known)], shared: taken.shared && late.shared };
}

/**
 * The generations that unexpected tags have now. They had the same when the work began if none of the tags was raised
 * in this process since, and if the log of all tags in Redis, which is read after them, is what it was before the
 * work.
 */
async function ofUnexpected(
  { engine, fences, seen }: Work,
  tags: readonly string[],
  lifeMs: number,
): Promise<WriteGenerations | undefined> {
  const { redis } = engine;
  const now = redis && seen ? await engine.generations.forWrite(tags, lifeMs) : engine.generations.forMemory(tags);
  if (now.shared && redis && (await redis.readTagLog()) !== seen?.tagLog) return undefined;
  const isRaised = tags.some((tag) => engine.loads.isRaised(idBesideEntries(tag), fences.loadMark));
  return isRaised ? undefined : { generations: now.generations.slice(1), shared: now.shared };
}

function pick(tags: readonly string[], generations: WriteGenerations['generations']): WriteGenerations['generations'] {
  return tags.flatMap((tag) => generations.find((generation) => generation.tag === tag) ?? []);
}
