import { PROBLEM_TYPE, viewRequest } from '@breakwater/core/http';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import type { Decision } from './decision.ts';
import { writeHeaderFields } from './header-fields.ts';
import type { RateLimiterOptions } from './options.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';
import { refusalOf } from './refusal.ts';

export type RateLimitPlugin = FastifyPluginCallback & { readonly limiter: RateLimiter<FastifyRequest> };

/**
 * Limits the requests of the scope it is registered in, for Fastify 5, in the onRequest hook. The server's
 * `trustProxy` decides whose address counts.
 *
 * @param source options, or a limiter that other scopes and the monitor share.
 * @throws OptionError `ERR_RATE_LIMIT_OPTION` for an option that is unknown or wrong.
 */
export function rateLimit(
  source: RateLimiterOptions<FastifyRequest> | RateLimiter<FastifyRequest> = {},
): RateLimitPlugin {
  const limiter = 'check' in source ? source : createRateLimiter(source);

  const plugin: FastifyPluginCallback = (app, _options, registered) => {
    app.addHook('onRequest', function rateLimitHook(request, reply, done) {
      const decision = limiter.check(viewRequest(request));
      if (decision instanceof Promise) {
        decision.then((decided) => settle(decided, reply, done)).catch(done);
        return;
      }
      settle(decision, reply, done);
    });
    registered();
  };

  return Object.assign(fastifyPlugin(plugin, { fastify: '5.x', name: '@breakwater/rate-limit' }), { limiter });
}

function settle(decision: Decision, reply: FastifyReply, done: () => void): void {
  writeHeaderFields(decision, {
    getHeader: (name) => reply.getHeader(name),
    setHeader: (name, value) => reply.header(name, value),
  });
  const refusal = refusalOf(decision);
  if (refusal === undefined) {
    done();
    return;
  }
  void reply.code(refusal.status).header('Content-Type', PROBLEM_TYPE).send(refusal.body);
}
