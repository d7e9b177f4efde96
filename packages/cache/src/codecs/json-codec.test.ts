import { describe, expect, it } from 'vitest';
import { jsonCodec } from './json-codec.ts';

const roundTrip = (value: unknown) => jsonCodec.decode(jsonCodec.encode(value));

describe('the JSON codec', () => {
  it('writes plain JSON where that is enough', () => {
    const value = { $: ['date', 0], list: [1, 'a', null, true] };
    expect(jsonCodec.encode(value).toString()).toBe(`p${JSON.stringify(value)}`);
  });

  it('does not take a plain value for a typed one', () => {
    const value = { $: ['date', 0], when: new Date(5), inner: { $: ['map', []] } };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it.each(['p', 't'])('sets no prototype, whatever is stored in form %s', (form) => {
    const bytes = Buffer.from(`${form}{"__proto__":{"isAdmin":{"$":["undefined",null]}},"a":{"__proto__":[1]}}`);
    const value = jsonCodec.decode(bytes) as { isAdmin?: unknown; a: object };
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(value.a)).toBe(Object.prototype);
    expect(value.isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });

  it.each([
    '',
    'x1',
    'p',
    'p{',
    't{"$":["eval","1"]}',
    't{"$":["map",5]}',
    't{"$":["bigint","x"]}',
    't{"$":["constructor",""]}',
    't{"$":["Float64Array","AAAA"]}',
    't{"$":null}',
  ])('throws for the malformed %j', (text) => {
    expect(() => jsonCodec.decode(Buffer.from(text))).toThrow();
  });
});
