import { expect, it } from 'vitest';
import { mergeAnnouncements } from './announcement.ts';

it('announcements are merged part by part, and name only the parts that one of them has', () => {
  const merged = mergeAnnouncements([{ tags: ['a'] }, { tags: ['b'], keys: [['', 'k']] }, {}]);
  expect(merged).toEqual({ keys: [['', 'k']], tags: ['a', 'b'] });
});
