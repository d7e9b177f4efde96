import type { GenerationTable } from './generation-table.ts';
import type { Generation } from './generations.ts';

/** What the process's table of generations may be relied on for. */
export interface TrustedTable {
  /** False while the bus is away: the table may have missed invalidations, so Redis is asked each time. */
  isTrusted: boolean;
  /** That of `tag`, if nobody need be asked about it, and Redis keeps it until `untilMs` at least. */
  generationOf(tag: string, untilMs: number): Generation | undefined;
}

/** @param isShared whether there is a Redis: without it, what the table has is all there is. */
export function createTrustedTable(table: GenerationTable, isShared: boolean): TrustedTable {
  const trusted: TrustedTable = {
    isTrusted: !isShared,
    generationOf(tag, untilMs) {
      const generation = table.known(tag);
      if (!isShared) return generation;
      const isReliable = trusted.isTrusted && generation?.shared && generation.livesUntilMs >= untilMs;
      return isReliable ? generation : undefined;
    },
  };
  return trusted;
}
