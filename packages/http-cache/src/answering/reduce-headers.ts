import type { IncomingHttpHeaders } from 'node:http';
import { bestOffered, type Offer } from '../rules/offered.ts';

/**
 * Leaves of each of these headers the value offered that suits the client best. The key is made of it, and so is what handlers
 * see: requests that are answered alike are alike.
 */
export function reduceHeaders(headers: IncomingHttpHeaders, offers: readonly Offer[]): void {
  for (const { name, values } of offers) {
    const given = headers[name];
    if (given === undefined) continue;
    const best = bestOffered(name, Array.isArray(given) ? given.join(', ') : given, values);
    if (best === undefined) delete headers[name];
    else headers[name] = best;
  }
}
