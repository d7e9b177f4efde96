import { Histogram, type HistogramConfiguration } from 'prom-client';
import type { Sample } from './family.ts';

/**
 * A histogram whose buckets were counted elsewhere. prom-client's own can only observe values one by one, which would
 * need prom-client on the hot path.
 */
export class SnapshotHistogram extends Histogram {
  readonly #samples: () => readonly Sample[];
  readonly #blank: Histogram;

  constructor(configuration: HistogramConfiguration<string>, samples: () => readonly Sample[]) {
    super(configuration);
    this.#samples = samples;
    this.#blank = new Histogram({ ...configuration, registers: [] });
  }

  override async get() {
    // Copies: a registry with default labels writes them into what it is given.
    const values = this.#samples().map((sample) => ({ ...sample }));
    return { ...(await this.#blank.get()), values };
  }

  /** Registries ask this instead of `get` when they print; the base class's answer would be its own empty buckets. */
  getForPromString() {
    return this.get();
  }
}
