import { describe, expect, it } from 'vitest';
import { createProblem } from './problem.ts';
import { viewRequest } from './request-view.ts';

describe('a request view', () => {
  it('reads the target the client sent, not the one a router shortened', () => {
    const request = {
      method: 'GET',
      originalUrl: '/api/price?x=1',
      url: '/price?x=1',
      headers: { host: 'localhost' },
      ip: '::1',
      protocol: 'http',
    };
    expect(viewRequest(request)).toEqual({
      request,
      method: 'GET',
      target: '/api/price?x=1',
      headers: { host: 'localhost' },
      address: '::1',
      protocol: 'http',
    });
  });
});

describe('a problem document', () => {
  it('carries the code in its type and the extensions beside the members of RFC 9457', () => {
    expect(createProblem(429, 'rate-limited', 'Too Many Requests', { retryAfterSeconds: 3 })).toEqual({
      type: 'urn:breakwater:problem:rate-limited',
      title: 'Too Many Requests',
      status: 429,
      retryAfterSeconds: 3,
    });
  });
});
