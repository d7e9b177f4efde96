import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export const ROLES = ['trader', 'premium', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Who is logged in; what the session holds. */
export interface Account {
  readonly username: string;
  readonly role: Role;
}

export interface StoredAccount extends Account {
  /** Hexadecimal, of its own for every account. */
  readonly salt: string;
  /** scrypt of the password, 32 bytes, hexadecimal. */
  readonly passwordHash: string;
}

export interface Accounts {
  /** The account, `undefined` when there is none or the password is another. Both take the same time. */
  verify(username: string, password: string): Promise<Account | undefined>;
}

const HASH_BYTES = 32;
const hash = promisify<string, Buffer, number, Buffer>(scrypt);

export function createAccounts(stored: readonly StoredAccount[]): Accounts {
  return {
    async verify(username, password) {
      const account = stored.find((one) => one.username === username);
      const salt = Buffer.from(account?.salt ?? '00'.repeat(16), 'hex');
      const expected = Buffer.from(account?.passwordHash ?? '00'.repeat(HASH_BYTES), 'hex');
      const matches = timingSafeEqual(await hash(password, salt, HASH_BYTES), expected);
      return account && matches ? { username: account.username, role: account.role } : undefined;
    },
  };
}
