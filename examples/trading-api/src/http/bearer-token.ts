import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';

/** Whether a request shows this token (RFC 6750). Digests are compared, so that time tells neither content nor length. */
export function bearsToken(request: Request, token: string | undefined): boolean {
  const shown = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1];
  return shown !== undefined && token !== undefined && timingSafeEqual(digest(shown), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
