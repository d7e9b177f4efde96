import { Readable } from 'node:stream';
import { createCache } from '@breakwater/cache';
import { type FastifyReply, fastify } from 'fastify';
import { expect, it } from 'vitest';
import { httpCache } from '../src/fastify.ts';
import { send, statusOf } from './http-client.ts';

const BYTES = Buffer.from([0, 1, 254, 255]);
const webStream = () => new Response('from the web').body;

/** What Fastify itself knows how to send, beside the values and streams that other frameworks send as well. */
const payloads: [string, (reply: FastifyReply) => unknown][] = [
  ['an object', () => ({ price: 1 })],
  ['a text', () => 'text'],
  ['a buffer', () => BYTES],
  ['a typed array', () => new Uint8Array(BYTES)],
  ['a stream of node', () => Readable.from([BYTES, BYTES])],
  ['a stream of the web', () => webStream()],
  ['a Response', () => new Response('answered', { headers: { 'X-Made': 'response', 'Content-Type': 'text/x-own' } })],
  ['a Response of a stream', () => new Response(webStream())],
  ['nothing', (reply) => reply.send()],
  [
    'a value with a type and a length of its own',
    (reply) => reply.type('text/x-own').header('X-Made', 'reply').send('own'),
  ],
  ['what a serializer makes', (reply) => reply.serializer(() => '"serialized"').send({})],
];

it.each(payloads)('Fastify’s hit of %s is what its miss was', async (_what, answer) => {
  const cache = createCache();
  const app = fastify();
  const handle = httpCache({ cache });
  await app.register(handle);
  let runs = 0;
  app.get('/page', { onRequest: httpCache.route({ ttl: '5s' }) }, async (_request, reply) => {
    runs += 1;
    return answer(reply);
  });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/page`;
  try {
    const miss = await send(url);
    await handle.close();
    const hit = await send(url);
    expect(statusOf(hit)).toMatch(/^breakwater; hit/);
    expect([hit.status, hit.body, runs]).toEqual([miss.status, miss.body, 1]);
    for (const name of ['content-type', 'x-made']) expect(hit.headers[name]).toBe(miss.headers[name]);
  } finally {
    await app.close();
    await cache.close();
  }
});
