import { describe, expect, it } from 'vitest';
import { namesTrusted, requestAuthority, trustedHosts } from './authority.ts';

describe('requestAuthority', () => {
  it('is scheme and host, in lower case', () => {
    const source = { protocol: 'https', headers: { host: 'Api.Example:8443' }, hostname: 'Api.Example' };
    expect(requestAuthority(source)).toBe('https://api.example:8443');
  });

  it('is the same where it was named as HTTP/2 does', () => {
    const headers = { ':authority': 'Shop.example' };
    expect(requestAuthority({ protocol: 'https', headers, hostname: undefined })).toBe('https://shop.example');
  });

  it('does not change with a forwarded host that the framework does not trust', () => {
    const headers = { host: 'a', 'x-forwarded-host': 'evil' };
    const spoofed = requestAuthority({ protocol: 'http', headers, hostname: 'a' });
    const other = requestAuthority({
      protocol: 'http',
      headers: { ...headers, 'x-forwarded-host': 'worse' },
      hostname: 'a',
    });
    expect(spoofed).toBe(other);
    expect(spoofed).not.toContain('evil');
  });

  it('covers a forwarded host that the framework trusts and shows to handlers', () => {
    const headers = { host: 'proxy', 'x-forwarded-host': 'a.example' };
    const one = requestAuthority({ protocol: 'http', headers, hostname: 'a.example' });
    const other = requestAuthority({ protocol: 'http', headers, hostname: 'b.example' });
    expect(one).not.toBe(other);
  });

  it('covers the port of a forwarded host, which handlers can see as well', () => {
    const authority = (forwarded: string) =>
      requestAuthority({
        protocol: 'http',
        headers: { host: 'a.example', 'x-forwarded-host': forwarded },
        hostname: 'a.example',
      });
    expect(authority('a.example:81')).not.toBe(authority('a.example:82'));
  });
});

describe('namesTrusted', () => {
  const trusted = trustedHosts(['Shop.example', 'localhost:3000']);

  it.each([
    ['shop.example', undefined, 'shop.example', true],
    ['localhost:3000', undefined, 'localhost', true],
    ['localhost', undefined, 'localhost', false],
    ['evil', undefined, 'evil', false],
    [undefined, undefined, undefined, false],
    // The framework does not trust the field: no handler sees it.
    ['localhost:3000', 'evil', 'localhost', true],
    // It does.
    ['shop.example', 'evil', 'evil', false],
    ['shop.example', 'localhost:3000', 'localhost', true],
    ['shop.example', 'localhost:3001', 'localhost', false],
    ['evil', 'shop.example', 'shop.example', false],
  ])('of Host %s, X-Forwarded-Host %s, taken for %s: %s', (host, forwarded, hostname, isTrusted) => {
    const headers = { ...(host && { host }), ...(forwarded && { 'x-forwarded-host': forwarded }) };
    expect(namesTrusted(trusted, { protocol: 'http', headers, hostname })).toBe(isTrusted);
  });
});
