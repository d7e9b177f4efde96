import { describe, expect, it } from 'vitest';
import { isWhole, statusLifetimeMs } from './status-lifetimes.ts';

describe('statusLifetimeMs', () => {
  const lifetimes = new Map([
    ['404', 10],
    ['4xx', 4],
    ['2xx', 2],
    ['301', 31],
    ['429', 29],
    ['503', 53],
  ]);
  it.each([
    [404, 10],
    [410, 4],
    [400, 4],
    [301, 31],
    [302, undefined],
    [204, 2],
    [206, undefined],
    [304, undefined],
    [412, undefined],
    [416, undefined],
    [503, 53],
    [500, undefined],
    [101, undefined],
    [600, undefined],
  ])('of status %i is %s', (status, expected) => {
    expect(statusLifetimeMs(status, lifetimes)).toBe(expected);
  });

  it.each([401, 403, 407, 408, 425, 431])('leaves %i, which speaks of one caller, out of its range', (status) => {
    expect(statusLifetimeMs(status, lifetimes)).toBeUndefined();
    expect(statusLifetimeMs(status, new Map([[String(status), 7]]))).toBe(7);
  });

  it('takes a status of one caller where it is named', () => {
    expect(statusLifetimeMs(429, lifetimes)).toBe(29);
  });
});

it.each([100, 103, 199, 206, 304, 412, 416, 600])('status %i is never whole', (status) => {
  expect(isWhole(status)).toBe(false);
  expect(statusLifetimeMs(status, new Map([[String(status), 1]]))).toBeUndefined();
});
