// The server of doors-memory.test.ts, in a process of its own: its memory is nobody else's.
import { Readable } from 'node:stream';
import { createCache } from '@breakwater/cache';
import { serve } from '@breakwater/testkit';
import express, { type RequestHandler } from 'express';
import { httpCache } from '../src/express.ts';

export interface Memory {
  /** The most that the process ever held, in bytes. */
  readonly peakBytes: number;
  /** What its handlers made so far. */
  readonly madeBytes: number;
  /** Of how many responses the client did not take what was written. */
  readonly waiting: number;
}

// One for all: what the handlers make is no garbage, and what grows is what somebody keeps.
const CHUNK = Buffer.alloc(65_536, 'a');
const LARGE_BYTES = 800 * CHUNK.length;

let madeBytes = 0;
const open = new Set<express.Response>();

function* chunks(bytes: number) {
  for (let made = 0; made < bytes; made += CHUNK.length) {
    madeBytes += CHUNK.length;
    yield CHUNK;
  }
}

function stream(bytes: number, type: string): RequestHandler {
  return (_request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    response.type(type);
    Readable.from(chunks(bytes)).pipe(response);
  };
}

const cached = httpCache.route({ ttl: '1m' });
const app = express();
app.use(httpCache({ cache: createCache() }));
app.get('/small', cached, stream(CHUNK.length, 'text'));
app.get('/large/:number', cached, stream(LARGE_BYTES, 'text'));
app.get('/endless', cached, stream(Number.POSITIVE_INFINITY, 'text'));
app.get('/events', cached, stream(Number.POSITIVE_INFINITY, 'text/event-stream'));

process.on('message', () => {
  globalThis.gc?.();
  const waiting = [...open].filter((response) => response.writableNeedDrain).length;
  const memory: Memory = { peakBytes: process.resourceUsage().maxRSS * 1024, madeBytes, waiting };
  process.send?.(memory);
});
process.on('disconnect', () => process.exit());

const { url } = await serve(app);
process.send?.(url);
