import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, mergeAnnouncements } from './announcement.ts';

const spacedKeys = fc.array(fc.tuple(fc.string(), fc.string()));
const announcement = fc.record({
  written: spacedKeys,
  keys: spacedKeys,
  tags: fc.array(fc.string()),
  patterns: spacedKeys,
  swept: spacedKeys,
});

describe('a message on the bus', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1 }), announcement, (publisher, sequence, told) => {
        const message = { publisher, sequence, announcement: told };
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
    );
  });

  it('is undefined for any other JSON, and throws for none', () => {
    fc.assert(fc.property(fc.json(), (text) => decodeMessage(text) === undefined));
    fc.assert(fc.property(fc.string(), (text) => decodeMessage(text) === undefined));
  });

  it.each([
    '[2,"p",1,[],[],[],[],[]]',
    '[1,"p",0,[],[],[],[],[]]',
    '[1,7,1,[],[],[],[],[]]',
    '[1,"p",1,[["a"]],[],[],[],[]]',
    '[1,"p",1,[],[],[1],[],[]]',
    '[1,"p",1,[],[],[],[["",{}]],[]]',
  ])('is undefined for %s', (text) => {
    expect(decodeMessage(text)).toBeUndefined();
  });

  it('merges what several have to tell', () => {
    const merged = mergeAnnouncements([{ tags: ['a'] }, { tags: ['b'], keys: [['', 'k']] }, {}]);
    expect(merged).toEqual({ written: [], keys: [['', 'k']], tags: ['a', 'b'], patterns: [], swept: [] });
  });
});
