import { describe, expect, it } from 'vitest';
import { kindOfCall } from './command-kinds.ts';

describe('the kind of a command', () => {
  it.each([
    ['get', ['key'], 'read'],
    ['mgetBuffer', [['key']], 'read'],
    ['set', ['key', 'value', 'PX', 1], 'write'],
    ['evalsha', ['0', 0], 'script'],
    ['publish', ['channel', 'message'], 'pubsub'],
    ['info', ['memory'], 'admin'],
    ['call', ['HGET', 'hash', 'field'], 'read'],
    ['callBuffer', ['Lpush', 'list', 'x'], 'write'],
    ['call', ['JSON.GET', 'key'], 'other'],
    ['call', [], 'other'],
    ['call', ['constructor'], 'other'],
  ])('%s with %j is %s', (method, args, kind) => {
    expect(kindOfCall(method, args)).toBe(kind);
  });
});
