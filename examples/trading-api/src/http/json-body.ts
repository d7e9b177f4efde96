import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { jsonRequired } from '../errors.ts';

/**
 * Reads the body of a POST. It must be declared as JSON, even an empty one: no HTML form of another site can do that, so
 * with the cookie's SameSite=Lax this is the whole defence against cross-site requests.
 */
export const readJsonBody: readonly RequestHandler[] = [requireJson, express.json({ limit: '16kb' })];

function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const contentType = request.get('content-type');
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) throw jsonRequired(contentType);
  next();
}
