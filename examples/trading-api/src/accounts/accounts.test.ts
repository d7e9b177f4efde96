import { describe, expect, it } from 'vitest';
import { createAccounts, ROLES } from './accounts.ts';
import { DEMO_ACCOUNTS } from './demo-accounts.ts';

const accounts = createAccounts(DEMO_ACCOUNTS);

describe('the accounts', () => {
  it.each(ROLES)('%s logs in with the password of the same name', async (name) => {
    expect(await accounts.verify(name, name)).toEqual({ username: name, role: name });
  });

  it.each([
    ['another password', 'trader', 'Trader'],
    ['no such account', 'nobody', 'nobody'],
    ['the hash for the password', 'trader', DEMO_ACCOUNTS[0]?.passwordHash ?? ''],
  ])('refuse %s', async (_, username, password) => {
    expect(await accounts.verify(username, password)).toBeUndefined();
  });
});
