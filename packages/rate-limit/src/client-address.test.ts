import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

describe('the address a client is counted by', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1 ', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['0000:0000:0000:0000:0000:ffff:192.0.2.1', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:8080', '192.0.2.1'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:51234', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::192.0.2.1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('%j is counted as %s', (spelling, counted) => {
    expect(clientAddress(spelling)).toBe(counted);
  });

  it.each([
    [undefined],
    [''],
    ['unknown'],
    ['127.1'],
    ['2130706433'],
    ['0x7f.0.0.1'],
    ['0300.0.2.1'],
    ['192.0.2.1.'],
    ['192.0.2.256'],
    ['192.0.2.1, 203.0.113.9'],
    ['192.0.2.1:443:443'],
    ['[192.0.2.1'],
    ['2001:db8::1::2'],
    ['2001:db8:::1'],
    ['12345::'],
    ['[::1]:443]'],
    ['[]'],
    ['example.com'],
    ['/var/run/app.sock'],
    ['192.0.2.1\u0000'],
  ])('%j is no address', (spelling) => {
    expect(clientAddress(spelling)).toBeUndefined();
  });

  it('is the same for every address of a /64, and another for every other /64', () => {
    const groups = (count: number) =>
      fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: count, maxLength: count });
    const spell = (...parts: number[][]) =>
      parts
        .flat()
        .map((group) => group.toString(16))
        .join(':');
    // From 1: a prefix of zeros may be a mapped IPv4 address.
    const prefix = fc.tuple(fc.integer({ min: 1, max: 0xffff }), groups(3)).map(([first, rest]) => [first, ...rest]);
    fc.assert(
      fc.property(prefix, prefix, groups(4), groups(4), (one, other, host, another) => {
        expect(clientAddress(spell(one, host))).toBe(clientAddress(spell(one, another)));
        fc.pre(one.join() !== other.join());
        expect(clientAddress(spell(one, host))).not.toBe(clientAddress(spell(other, host)));
      }),
    );
  });

  it('gives an IPv4 address and all its mapped spellings one bucket', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hexadecimal = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        expect(clientAddress(`::ffff:${address}`)).toBe(address);
        expect(clientAddress(`::ffff:${hexadecimal}`)).toBe(address);
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.[]%') }), (text) => {
        expect(clientAddress(text) ?? '').toMatch(/^$|^\d+\.\d+\.\d+\.\d+$|^[0-9a-f:]+::\/64$/);
      }),
    );
  });
});
