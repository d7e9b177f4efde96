import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecodeOwn, decodeMessage, encodeBeat, encodeMessage } from './bus-message.ts';

const spacedKeys = fc.array(fc.tuple(fc.string(), fc.string()));
const announcement = fc.record(
  { written: spacedKeys, keys: spacedKeys, tags: fc.array(fc.string()), patterns: spacedKeys, swept: spacedKeys },
  { requiredKeys: [] },
);
const NOTHING = { written: [], keys: [], tags: [], patterns: [], swept: [] };

describe('a message on the bus', () => {
  it('comes out as it went in, with the parts that it does not have empty', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1 }), announcement, (publisher, sequence, told) => {
        const heard = decodeMessage(encodeMessage({ publisher, sequence, announcement: told }));
        expect(heard).toEqual({ publisher, sequence, announcement: { ...NOTHING, ...told } });
      }),
    );
  });

  it('has the id that Redis put before it', () => {
    const text = encodeMessage({ publisher: 'p', sequence: 1, announcement: { tags: ['a b'] } });
    expect(decodeMessage(`17-0 ${text}`)).toMatchObject({ id: '17-0', announcement: { tags: ['a b'] } });
  });

  it('may be a sign of life, of one who may have said nothing yet', () => {
    for (const says of ['here', 'leaving', 'asks', ['heard', 'q', 7]] as const) {
      const beat = { publisher: 'p', sequence: 0, name: 'api-1', says };
      expect(decodeMessage(encodeBeat(beat))).toEqual(beat);
    }
  });

  it('is undefined for any other JSON, and throws for none', () => {
    fc.assert(fc.property(fc.json(), (text) => decodeMessage(text) === undefined));
    fc.assert(fc.property(fc.string(), (text) => decodeMessage(text) === undefined));
  });

  it.each([
    '[1,"p",1,{}]',
    '[2,"p",0,{}]',
    '[2,7,1,{}]',
    '[2,"p",-1,"api-1","here"]',
    '[2,"p",1,"api-1","elsewhere"]',
    '[2,"p",1,"api-1",["heard","q"]]',
    '[2,"p",1,"api-1",["heard","q","7"]]',
    '[2,"p",1,{},"here"]',
    '[2,"p",1,[]]',
    '[2,"p",1,null]',
    '[2,"p",1,{"written":[["a"]]}]',
    '[2,"p",1,{"tags":[1]}]',
    '[2,"p",1,{"patterns":[["",{}]]}]',
    '[2,"p",1,{"of a later version":[]}]',
    '[2,"p",1,{"__proto__":[]}]',
  ])('is undefined for %s', (text) => {
    expect(decodeMessage(text)).toBeUndefined();
  });
});

describe('a message of one’s own', () => {
  const published = fc.record({ publisher: fc.string(), sequence: fc.integer({ min: 1 }), announcement });

  it('has its number and its id, and nothing of what it announces', () => {
    fc.assert(
      fc.property(published, fc.constantFrom('', '17-0 '), (told, id) => {
        const text = id + encodeMessage(told);
        expect(createDecodeOwn(told.publisher)(text)).toEqual({ ...decodeMessage(text), announcement: NOTHING });
      }),
    );
  });

  it('is neither that of another, nor a sign of life, nor any other text', () => {
    const decode = createDecodeOwn('p');
    const beat = { publisher: 'p', sequence: 3, name: '{', says: 'here' } as const;
    expect(decode(encodeBeat(beat))).toBeUndefined();
    expect(decode(encodeMessage({ publisher: 'pp', sequence: 1, announcement: {} }))).toBeUndefined();
    expect(decode('[2,"p",x,{}]')).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => decode(text) === undefined));
  });
});
