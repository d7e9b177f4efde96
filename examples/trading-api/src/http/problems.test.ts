import { serve } from '@breakwater/testkit';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { answerProblems } from './problems.ts';

describe('an error nobody foresaw', () => {
  it('is told to the log in full, and to the caller as a 500 without a word of it', async () => {
    const logged: object[] = [];
    const error = new Error('the password of the database is hunter2');
    const app = express();
    app.get('/', () => {
      throw error;
    });
    app.use(answerProblems((event, fields) => logged.push({ event, ...fields })));
    const server = await serve(app);
    try {
      const response = await fetch(server.url);
      expect(response.status).toBe(500);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toEqual({
        type: 'urn:breakwater:problem:ERR_TRADING_API_INTERNAL',
        title: 'Internal Server Error',
        status: 500,
        detail: 'Something went wrong here; it was logged.',
      });
      expect(logged).toEqual([{ event: 'request:failed', method: 'GET', path: '/', error }]);
    } finally {
      await server.close();
    }
  });
});
