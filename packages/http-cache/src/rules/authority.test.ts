import { describe, expect, it } from 'vitest';
import { requestAuthority } from './authority.ts';

describe('requestAuthority', () => {
  it('is scheme and host, in lower case', () => {
    const source = { protocol: 'https', headers: { host: 'Api.Example:8443' }, hostname: 'Api.Example' };
    expect(requestAuthority(source)).toBe('https://api.example:8443');
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
});
