import type { GenerationTable } from './generation-table.ts';
import type { Generation } from './generations.ts';
import { type WriteGenerations, withNamespace } from './write-generations.ts';

/** The generations for an entry that stays in memory: what the table has, or generations of this process's own. */
export function createMemoryGenerations(
  table: GenerationTable,
  newId: () => string,
): (tags: readonly string[]) => WriteGenerations {
  /** The last that were given: entries that are stored one after the other often have the same tags, and then share one list. */
  let last: { readonly write: WriteGenerations; readonly endsSeen: number } | undefined;

  function own(tag: string): Generation {
    const mark = table.mark();
    return table.known(tag) ?? table.admit(tag, newId(), { mark, shared: false, livesUntilMs: 0, confirmedAtMs: 0 });
  }

  return function forMemory(tags) {
    // As long as no generation ends, these are what the tags have.
    if (last?.endsSeen === table.ends.count && areOf(tags, last.write.generations)) return last.write;
    const write = { generations: withNamespace(tags).map(own), shared: false };
    last = { write, endsSeen: table.ends.count };
    return write;
  };
}

function areOf(tags: readonly string[], generations: readonly Generation[]): boolean {
  return generations.length === tags.length + 1 && tags.every((tag, index) => generations[index + 1]?.tag === tag);
}
