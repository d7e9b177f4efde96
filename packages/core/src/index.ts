export { type BackgroundWork, createBackgroundWork } from './background-work.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Duration, type DurationUnit, parseDuration } from './duration.ts';
export { createEmitter, type Emitter, type Listener, type Subscribable } from './emitter.ts';
export { BreakwaterError, describeValue, OptionError } from './errors.ts';
export {
  createHistogram,
  type Histogram,
  type HistogramSnapshot,
  LATENCY_BUCKETS_MS,
  quantileOf,
} from './histogram.ts';
export {
  createOptionChecks,
  type NumberBounds,
  type OptionChecks,
  type WithDefaults,
  withDefaults,
} from './options.ts';
export { type Pace, parsePace } from './pace.ts';
export { keyOfPlace, keyOfSecret, SEAL_OVERHEAD_BYTES, seal, unseal } from './sealing.ts';
export { parseSize, type Size, type SizeUnit } from './size.ts';
