import { metricFamilies } from './metrics/families.ts';
import type { Sample } from './metrics/family.ts';
import type { NamedSources, PartKind, StatsByKind, StatsSource } from './parts.ts';

/** What all parts said at one moment; every rule and every document is made of one of these. */
export interface Reading {
  readonly parts: { readonly [Kind in PartKind]: readonly PartReading<StatsByKind[Kind]>[] };
  readonly unreadable: readonly UnreadablePart[];
}

export interface PartReading<Stats> {
  readonly name: string;
  readonly stats: Stats;
  /** By the metric family's name. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

export interface UnreadablePart {
  readonly part: PartKind;
  readonly name: string;
  readonly error: unknown;
}

/** Asks every part once. One that throws, or says something no metric can be made of, is left out and named. */
export function readParts(sources: NamedSources): Reading {
  const unreadable: UnreadablePart[] = [];

  function readAll<Kind extends PartKind>(kind: Kind): PartReading<StatsByKind[Kind]>[] {
    const readings: PartReading<StatsByKind[Kind]>[] = [];
    for (const [name, source] of sources[kind]) {
      try {
        readings.push(readPart(kind, name, source));
      } catch (error) {
        unreadable.push({ part: kind, name, error });
      }
    }
    return readings;
  }

  const parts = {
    pool: readAll('pool'),
    cache: readAll('cache'),
    httpCache: readAll('httpCache'),
    limiter: readAll('limiter'),
    sessions: readAll('sessions'),
  };
  return { parts, unreadable };
}

function readPart<Kind extends PartKind>(
  kind: Kind,
  name: string,
  source: StatsSource<StatsByKind[Kind]>,
): PartReading<StatsByKind[Kind]> {
  const stats = source.stats();
  const samples = new Map(
    metricFamilies[kind].map((family) => [family.name, family.read(stats).map((sample) => named(sample, name))]),
  );
  return { name, stats, samples };
}

function named(sample: Sample, name: string): Sample {
  if (!Number.isFinite(sample.value)) throw new TypeError(`A part's stats hold ${sample.value} where a number stands.`);
  return { ...sample, labels: { name, ...sample.labels } };
}
