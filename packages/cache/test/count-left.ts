import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

export const VALUES = 5000;
export const VALUE_BYTES = 1600;

function putMany(put: (id: string, value: unknown) => void, name: string): void {
  for (let index = 0; index < VALUES; index += 1) put(`${name} ${index}`, new Array(VALUE_BYTES / 8).fill(index));
}

/** How many bytes young collections leave of values that came and left after a collection of everything. */
export function countLeft(put: (id: string, value: unknown) => void): number {
  putMany(put, 'before');
  collect();
  const before = process.memoryUsage().heapUsed;
  putMany(put, 'after');
  for (let times = 0; times < 3; times += 1) collect({ type: 'minor' });
  return process.memoryUsage().heapUsed - before;
}
