import { BreakwaterError } from '@breakwater/core';

/** A route has a policy, but no cache was put in front of it. */
export class NotMountedError extends BreakwaterError {
  override readonly name = 'NotMountedError';

  constructor(policyName: string) {
    super(
      'ERR_HTTP_CACHE_NOT_MOUNTED',
      `The route policy ${JSON.stringify(policyName)} has no cache: httpCache({ cache }) did not see this request. Put ` +
        'app.use(httpCache({ cache })) in front of the route, or app.register(httpCache({ cache })) on Fastify.',
    );
  }
}
