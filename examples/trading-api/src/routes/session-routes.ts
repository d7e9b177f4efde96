import { promisify } from 'node:util';
import express, { type Router } from 'express';
import type { Accounts } from '../accounts/accounts.ts';
import { wrongPassword } from '../errors.ts';
import { expectBody, expectText } from '../http/input.ts';
import { readJsonBody } from '../http/json-body.ts';
import { requireLogin } from '../http/require-login.ts';

const MAX_TEXT = 128;

export function createSessionRoutes(accounts: Accounts): Router {
  const router = express.Router();

  router.post('/login', ...readJsonBody, async (request, response) => {
    const body = expectBody(request.body, ['username', 'password']);
    const username = expectText('username', body.username, MAX_TEXT);
    const password = expectText('password', body.password, MAX_TEXT);
    const account = await accounts.verify(username, password);
    if (!account) throw wrongPassword();
    // A new session id: one that somebody planted in this browser before the login is worth nothing after it.
    await promisify(request.session.regenerate).call(request.session);
    request.session.account = account;
    response.json(account);
  });

  router.post('/logout', requireLogin, ...readJsonBody, async (request, response) => {
    await promisify(request.session.destroy).call(request.session);
    response.status(204).end();
  });

  return router;
}
