import { jsonCodec } from '../src/codecs/json-codec.ts';
import { addressOf } from '../src/entries/address.ts';
import { resolvePolicy } from '../src/options/policy-options.ts';
import type { Source } from '../src/options/source.ts';
import { createOutcomes } from '../src/outcomes.ts';
import type { BufferedWrite } from '../src/writing/write-buffer.ts';

const { memory, redis } = resolvePolicy('p', {});
const memoryPolicy = { ...memory, policy: 'p', budget: undefined };

export function writeOf(key: string, value: unknown = key, bytes = 10, source?: Source): BufferedWrite {
  return {
    call: {
      address: addressOf('', key),
      codec: jsonCodec,
      redisPolicy: redis,
      memoryPolicy,
      outcomes: createOutcomes(),
    },
    encoded: { value, validator: undefined, payload: Buffer.alloc(bytes), bytes },
    lifetime: { storedAtMs: 0, freshUntilMs: 1, staleUntilMs: 1, expiresAtMs: 1 },
    generations: [],
    writtenAtMs: 0,
    source,
  };
}

export const keysOf = (writes: readonly BufferedWrite[]) => writes.map(({ call }) => call.address.key);
