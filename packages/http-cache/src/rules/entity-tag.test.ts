import { describe, expect, it } from 'vitest';
import { strongEntityTag, weakEntityTag } from './entity-tag.ts';

describe('entity tags', () => {
  it('are equal for equal bytes and differ for others', () => {
    expect(strongEntityTag(Buffer.from('a'))).toBe(strongEntityTag(Buffer.from('a')));
    expect(strongEntityTag(Buffer.from('a'))).not.toBe(strongEntityTag(Buffer.from('b')));
    expect(strongEntityTag(Buffer.alloc(0))).toMatch(/^"[\w-]{27}"$/);
  });

  it('are weakened once', () => {
    expect(weakEntityTag('"a"')).toBe('W/"a"');
    expect(weakEntityTag('W/"a"')).toBe('W/"a"');
  });
});
