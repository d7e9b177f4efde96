import type { ServerResponse } from 'node:http';
import { createCache } from '@breakwater/cache';
import { serve } from '@breakwater/testkit';
import express from 'express';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import { httpCache as expressCache } from '../../src/express.ts';
import { httpCache as fastifyCache } from '../../src/fastify.ts';
import { forward } from './forward.ts';
import type { Profile } from './profiles.ts';

/** The suite's example of a method that no cache knows. */
const METHODS = ['M-SEARCH'];

export interface GatewaySettings {
  readonly framework: 'express' | 'fastify';
  /** Memory alone without one. */
  readonly redisUrl: string | undefined;
  readonly profile: Profile;
}

/** A caching gateway in front of `origin`, made of nothing but a framework and our middleware. Returns its URL. */
export function startGateway(origin: string, settings: GatewaySettings): Promise<string> {
  return settings.framework === 'express' ? startExpress(origin, settings) : startFastify(origin, settings);
}

function optionsOf({ redisUrl, profile }: GatewaySettings) {
  const redis = redisUrl === undefined ? null : new Redis(redisUrl);
  return { ...profile.options, cache: createCache({ redis, deadlineMs: '10s' }) };
}

async function startExpress(origin: string, settings: GatewaySettings): Promise<string> {
  const app = express();
  app.disable('x-powered-by');
  app.use(expressCache(optionsOf(settings)));
  app.use((request, response) => {
    forward(request, response, origin).catch(() => fail(response));
  });
  return (await serve(app)).url;
}

async function startFastify(origin: string, settings: GatewaySettings): Promise<string> {
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  await app.register(fastifyCache(optionsOf(settings)));
  for (const method of METHODS) app.addHttpMethod(method, { hasBody: true });
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', ...METHODS],
    url: '*',
    async handler(request, reply) {
      reply.hijack();
      await forward(request.raw, reply.raw, origin).catch(() => fail(reply.raw));
    },
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** The origin gave no answer, or broke off in one. */
function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
}
