import type { StoredAccount } from './accounts.ts';

/** Three accounts to try things with. Each password is the username, so they are for a demonstration only. */
export const DEMO_ACCOUNTS: readonly StoredAccount[] = [
  {
    username: 'trader',
    role: 'trader',
    salt: 'bd1911542540d10426f95eb2e09c275e',
    passwordHash: '3709cdb29125407232787d1e1e54bd796bb603a5c9b79c92cfa40a5fe3ec6296',
  },
  {
    username: 'premium',
    role: 'premium',
    salt: 'aebf4f3e0b7f267146084843d7f3f5ca',
    passwordHash: '0f7ac3a7c430fa3f18c0788d029be9bc8bb503beb4eabebe15ae777c615e0296',
  },
  {
    username: 'admin',
    role: 'admin',
    salt: 'a839b9eaa0a277d3fa317dccc6d8cdb4',
    passwordHash: 'a309621adb9f9c0c7ad7df4fa835927da1c5b20e2bcb95872f100e84dca5d61b',
  },
];
