import { expect, it } from 'vitest';
import { createStatusHistory } from './status-history.ts';

it('a status is dated from when it was first seen, until another is seen', () => {
  const history = createStatusHistory();
  expect(history.note('pool', 'healthy', 100)).toBe(100);
  expect(history.note('pool', 'healthy', 200)).toBe(100);
  expect(history.note('cache', 'healthy', 250)).toBe(250);
  expect(history.note('pool', 'degraded', 300)).toBe(300);
  expect(history.note('pool', 'degraded', 400)).toBe(300);
  expect(history.note('pool', 'healthy', 500)).toBe(500);
});
