import { hash } from 'node:crypto';
import { clientAddress } from './client-address.ts';

/**
 * The name a caller goes by in keys and events: 132 bits of SHA-256. What it is made from may be a token or an address
 * and stays out of Redis and of logs, and its length is the same whatever a client sends.
 */
export function callerDigest(identity: string): string {
  return hash('sha256', identity, 'base64url').slice(0, 22);
}

/**
 * @param key what the application names the caller by, where it does: no spelling of it can be somebody's address.
 * @param address the client's address by the framework; without a usable one all such callers share one bucket.
 */
export function callerOf(key: string | undefined, address: string | undefined): string {
  if (key !== undefined && key !== '') return callerDigest(`key ${key}`);
  return callerDigest(`address ${clientAddress(address) ?? 'unknown'}`);
}
