import type { Codec } from './codec.ts';
import { fromTyped, needsTypes, toTyped } from './typed-json.ts';

const PLAIN = 'p';
const TYPED = 't';

/**
 * JSON where JSON gives the value back as it was; a typed form for Date, Map, Set, BigInt, Buffer, typed arrays,
 * `undefined`, NaN, the infinities and -0. Anything else (functions, symbols, class instances, cycles) is refused.
 */
export const jsonCodec: Codec<unknown> = Object.freeze({
  name: 'json',
  encode(value: unknown): Buffer {
    return Buffer.from(needsTypes(value) ? TYPED + JSON.stringify(toTyped(value)) : PLAIN + JSON.stringify(value));
  },
  decode(bytes: Buffer): unknown {
    const form = bytes.toString('latin1', 0, 1);
    const parsed: unknown = JSON.parse(bytes.toString('utf8', 1));
    if (form === PLAIN) return parsed;
    if (form === TYPED) return fromTyped(parsed);
    throw new TypeError(`There is no form "${form}".`);
  },
});
