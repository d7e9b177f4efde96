import type { Engine } from '../engine.ts';
import { idOfTag } from '../entries/address.ts';
import type { WriteGenerations } from '../generations/tag-generations.ts';
import type { SeenFences } from '../redis/redis-tier.ts';

/**
 * The generations of an entry whose loader has named tags while it ran, `undefined` where one of them may have been
 * invalidated since the load began.
 */
export type LateTags = (
  tags: readonly string[],
  lifeMs: number,
) => WriteGenerations | undefined | Promise<WriteGenerations | undefined>;

/** What was known before the load. */
export interface LateTagsOptions {
  readonly id: string;
  /** How many of the generations are of the call's tags; they come first. */
  readonly callTags: number;
  /** The call's, then those that its loader was expected to name. */
  readonly taken: WriteGenerations;
  readonly loadMark: number;
  readonly seen: SeenFences | undefined;
}

export function createLateTags(engine: Engine, { id, callTags, taken, loadMark, seen }: LateTagsOptions): LateTags {
  // The first is the namespace's.
  const ofCall = taken.generations.slice(0, 1 + callTags);

  /**
   * The generations that unexpected tags have now. They had them when the load began, if none of them was raised in this
   * process, and if the log of all tags in Redis, read behind them, is what it was before the load.
   */
  async function ofUnexpected(tags: readonly string[], lifeMs: number): Promise<WriteGenerations | undefined> {
    const { redis } = engine;
    const now = redis && seen ? await engine.generations.forWrite(tags, lifeMs) : engine.generations.forMemory(tags);
    if (now.shared && redis && (await redis.readTagLog()) !== seen?.tagLog) return undefined;
    const isRaised = tags.some((tag) => engine.loads.isRaised(idOfTag(tag), loadMark));
    return isRaised ? undefined : { generations: now.generations.slice(1), shared: now.shared };
  }

  async function withUnexpected(
    tags: readonly string[],
    unexpected: readonly string[],
    lifeMs: number,
  ): Promise<WriteGenerations | undefined> {
    const late = await ofUnexpected(unexpected, lifeMs);
    if (!late) return undefined;
    const known = [...taken.generations, ...late.generations];
    return { generations: [...ofCall, ...pick(tags, known)], shared: taken.shared && late.shared };
  }

  return (tags, lifeMs) => {
    if (tags.length === 0) return { generations: ofCall, shared: taken.shared };
    engine.expectedTags.remember(id, tags);
    const unexpected = tags.filter((tag) => !taken.generations.some((generation) => generation.tag === tag));
    if (unexpected.length > 0) return withUnexpected(tags, unexpected, lifeMs);
    return { generations: [...ofCall, ...pick(tags, taken.generations)], shared: taken.shared };
  };
}

function pick(tags: readonly string[], generations: WriteGenerations['generations']): WriteGenerations['generations'] {
  return tags.flatMap((tag) => generations.find((generation) => generation.tag === tag) ?? []);
}
