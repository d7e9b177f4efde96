import { hasFastProperties } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { createBackgroundWork } from './background-work.ts';
import { createEmitter } from './emitter.ts';
import { createHistogram } from './histogram.ts';

it.each<[string, () => object]>([
  ['background work', () => createBackgroundWork(() => {})],
  ['an emitter', createEmitter],
  ['a histogram', () => createHistogram()],
])('%s, which hot paths hold, has fast properties', (_what, make) => {
  expect([make(), make()].map(hasFastProperties)).toEqual([true, true]);
});
