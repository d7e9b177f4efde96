import { BreakwaterError, createOptionChecks } from '@breakwater/core';

export const checks = createOptionChecks('HTTP_CACHE');

/** Code of the problem document that `only-if-cached` is refused with. */
export const ERR_NOT_CACHED = 'ERR_HTTP_CACHE_NOT_CACHED';

/** Code of the problem document that an unauthorised PURGE is refused with. */
export const ERR_PURGE_REFUSED = 'ERR_HTTP_CACHE_PURGE_REFUSED';

/** Code of the problem document for a PURGE whose fields say nothing that can be done. */
export const ERR_PURGE_MALFORMED = 'ERR_HTTP_CACHE_PURGE_MALFORMED';

/** Tells what a policy's own callback threw, as `cause`, from what goes wrong in the cache. It reaches nobody outside. */
export class CallbackError extends BreakwaterError {
  override readonly name = 'CallbackError';

  constructor(cause: unknown) {
    super('ERR_HTTP_CACHE_CALLBACK', 'A callback of a route policy threw: see the cause.', { cause });
  }
}

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
