// The process of garbage.test.ts: what is measured here is the heap of a process that does nothing else.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { getHeapSpaceStatistics } from 'node:v8';
import { createCache } from '@breakwater/cache';
import { teeResponse } from '../src/filling/response-tee.ts';
import { createFloodedCache } from './flood/flooded-cache.ts';

/** What a request leaves among what is old, though nobody has it any more: bytes that only a full collection finds. */
export interface Garbage {
  /** Of a miss, from its request to what is stored of it. */
  readonly miss: number;
  /** Of a response that was copied while it was written. */
  readonly teed: number;
  /** Of one that `end` was put on as the value of its property. */
  readonly method: number;
}

const ROUNDS = 10;
const PER_ROUND = 100;

const socket = new Socket();

function collect(type: 'minor' | 'major'): void {
  globalThis.gc?.({ type, execution: 'sync' });
}

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
}

/** What is alive after two young collections grows old. */
async function garbageOf(round: (number: number) => Promise<void>): Promise<number> {
  // Code that is compiled at the first use is none.
  await round(-1);
  collect('major');
  const before = oldBytes();
  for (let number = 0; number < ROUNDS; number += 1) {
    await round(number);
    collect('minor');
    collect('minor');
  }
  const after = oldBytes();
  collect('major');
  const kept = Math.max(0, oldBytes() - before);
  return (after - before - kept) / (ROUNDS * PER_ROUND);
}

function answering(prepare: (response: ServerResponse) => void) {
  return async () => {
    for (let each = 0; each < PER_ROUND; each += 1) {
      // Of about the size that a framework makes it.
      const request = Object.assign(new IncomingMessage(socket), { ballast: new Array(1000).fill(each) });
      const response = new ServerResponse(request);
      prepare(response);
      response.end('body');
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
}

function putMethod(response: ServerResponse): void {
  const { end } = response;
  response.end = function (this: ServerResponse, ...rest: unknown[]) {
    return Reflect.apply(end, response, rest);
  } as typeof end;
}

function tee(response: ServerResponse): void {
  teeResponse(response, 1000, {
    mayReplace: false,
    head: (status) => ({ status, keep: true }),
    complete() {},
    abandoned() {},
  });
}

const { flood } = createFloodedCache(createCache(), {});

async function misses(round: number): Promise<void> {
  await flood(Array.from({ length: PER_ROUND }, (_, each) => [`/page?${round}=${each}`] as const));
}

// In this order: what has once lived long, V8 makes old from then on.
const miss = await garbageOf(misses);
const teed = await garbageOf(answering(tee));
const method = await garbageOf(answering(putMethod));
const garbage: Garbage = { miss, teed, method };
process.send?.(garbage, () => process.exit());
