import { createHistogram } from '@breakwater/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { secondsHistogram } from './family.ts';

it('whatever was recorded, each bucket counts what is at or below its bound, and +Inf counts all', () => {
  const milliseconds = fc.double({ min: 0, max: 10_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(milliseconds), (values) => {
      const histogram = createHistogram();
      for (const value of values) histogram.record(value);
      const samples = secondsHistogram('lookup_seconds', 'Lookups.', () => histogram.snapshot()).read(undefined);
      for (const { metricName, labels, value } of samples) {
        if (metricName === 'lookup_seconds_bucket') {
          const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le) * 1000;
          expect(value).toBe(values.filter((recorded) => recorded <= bound).length);
        }
      }
      expect(samples.at(-2)?.value).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 1000, 6);
      expect(samples.at(-1)?.value).toBe(values.length);
    }),
  );
});
