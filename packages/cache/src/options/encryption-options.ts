import { checks } from '../errors.ts';
import { checkName } from '../input.ts';

/** What entries are encrypted with, where their policy or their subject asks for it. */
export interface EncryptionOptions {
  /**
   * The first encrypts, all decrypt. To replace a key, add the new one behind the old one everywhere, then put it in front,
   * and drop the old one when nothing is left that it encrypted.
   */
  readonly keys: readonly EncryptionKey[];
}

/** A secret that keys are derived from, and the name that entries know it by. */
export interface EncryptionKey {
  /** Stands in what it encrypts: one to 16 characters a-z, 0-9 and -. Never give another secret the same. */
  readonly id: string;
  /**
   * At least 32 random characters (`openssl rand -base64 48`). The keys are derived from it, which does not make a
   * password any stronger.
   */
  readonly secret: string;
}

export type KeyRing = readonly [EncryptionKey, ...EncryptionKey[]];

const OPTIONS = ['keys'];
const KEY_OPTIONS = ['id', 'secret'];

/** @throws OptionError `ERR_CACHE_OPTION`, which says nothing of a secret but its length. */
export function resolveEncryption(given: EncryptionOptions | undefined): KeyRing | undefined {
  if (given === undefined) return undefined;
  checks.known('encryption', given, OPTIONS);
  const keys: unknown = given.keys;
  if (!Array.isArray(keys)) throw checks.failure('encryption.keys', 'an array of keys', typeof keys);
  const [first, ...others] = keys.map(resolveKey);
  if (!first) throw checks.failure('encryption.keys', 'at least one key', keys);
  const ring: KeyRing = [first, ...others];
  const ids = ring.map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) throw checks.failure('encryption.keys', 'keys of different ids', id);
  }
  return ring;
}

function resolveKey(key: EncryptionKey, index: number): EncryptionKey {
  const path = `encryption.keys[${index}]`;
  // A secret in place of the key, or of a property's name, must not come to stand in a log.
  if (key === null || typeof key !== 'object') throw checks.failure(path, 'an object { id, secret }', typeof key);
  checks.known(path, key, KEY_OPTIONS);
  return { id: checkName(`${path}.id`, key.id), secret: checks.secret(`${path}.secret`, key.secret) };
}
