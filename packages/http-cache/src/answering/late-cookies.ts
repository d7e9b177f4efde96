import type { ServerResponse } from 'node:http';

/** Who sets a header when the head is on its way has wrapped its writing, as express-session does. */
export function mayBeSetLate(response: ServerResponse): boolean {
  return Object.hasOwn(response, 'writeHead');
}

const SETTERS = ['setHeader', 'appendHeader'] as const;

/**
 * From here on a cookie makes the response its caller's alone, whatever was said of it before: no other cache may take it for
 * everybody's.
 */
export function mindLateCookies(response: ServerResponse): void {
  for (const setter of SETTERS) {
    const set = response[setter];
    // By its name: V8 makes a function that is written as a property's value old from birth, and with it the whole request.
    function setAndMind(name: string, value: never) {
      if (name.toLowerCase() === 'set-cookie') response.setHeader('Cache-Control', 'private, no-store');
      return Reflect.apply(set, response, [name, value]);
    }
    response[setter] = setAndMind;
  }
}
