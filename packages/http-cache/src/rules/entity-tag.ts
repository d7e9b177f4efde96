import { hash } from 'node:crypto';

/** A strong validator made from the bytes. SHA-1 for speed: it tells versions apart, it protects nothing. */
export function strongEntityTag(body: Buffer): string {
  return `"${hash('sha1', body, 'base64url')}"`;
}

export function isWeak(tag: string): boolean {
  return tag.startsWith('W/');
}

export function weakEntityTag(tag: string): string {
  return isWeak(tag) ? tag : `W/${tag}`;
}

/** RFC 9110 §8.8.3.2: weak comparison looks at the opaque part alone. */
export function isWeakMatch(one: string, other: string): boolean {
  return opaque(one) === opaque(other);
}

function opaque(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}
