/** The part of apicache 1.6 that is measured; the package ships no types. */
declare module 'apicache' {
  import type { RequestHandler } from 'express';

  const apicache: { middleware(duration: string): RequestHandler };
  export = apicache;
}
