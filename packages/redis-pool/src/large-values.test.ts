import { describe, expect, it } from 'vitest';
import { createLargeValues } from './large-values.ts';
import { type CommandOwner, PooledCommand } from './pooled-command.ts';

const owner: CommandOwner = { onReply() {}, onError() {}, onDeadline() {} };
const large = Buffer.alloc(64 * 1024);
const small = Buffer.alloc(64 * 1024 - 1);

function command(name: string, ...args: (string | Buffer)[]): PooledCommand {
  return new PooledCommand(owner, name, args, { replyEncoding: null });
}

describe('a large value', () => {
  it('is known by its size when it is sent', () => {
    const values = createLargeValues();
    expect(values.has(command('set', 'key', large))).toBe(true);
    expect(values.has(command('set', 'key', Buffer.alloc(60_000)))).toBe(false);
  });

  it('is known by its key once it was answered', () => {
    const values = createLargeValues();
    values.note(command('get', 'large'), large);
    values.note(command('get', 'small'), small);
    values.note(command('incr', 'count'), 1);
    expect(values.has(command('get', 'large'))).toBe(true);
    expect(values.has(command('strlen', 'large'))).toBe(true);
    expect(values.has(command('get', 'small'))).toBe(false);
    expect(values.has(command('get', 'count'))).toBe(false);
  });

  it('is told from the small ones of one answer', () => {
    const values = createLargeValues();
    values.note(command('mget', 'a', 'b', 'c'), [small, large, null]);
    expect(values.has(command('get', 'b'))).toBe(true);
    expect(values.has(command('mget', 'x', 'b'))).toBe(true);
    expect(values.has(command('mget', 'a', 'c'))).toBe(false);
  });

  it('may be many small ones together', () => {
    const values = createLargeValues();
    values.note(command('hgetall', 'hash'), Array(10).fill(Buffer.alloc(10_000)));
    expect(values.has(command('hgetall', 'hash'))).toBe(true);
  });

  it('of a script has its key behind the text and the number of keys', () => {
    const values = createLargeValues();
    values.note(command('evalsha', '0'.repeat(40), '1', 'key'), [[large], 1]);
    expect(values.has(command('eval', 'return 1', '1', 'key'))).toBe(true);
    expect(values.has(command('evalsha', '0'.repeat(40), '1', 'other'))).toBe(false);
  });

  it('is forgotten when a thousand others came after it', () => {
    const values = createLargeValues();
    values.note(command('get', 'oldest'), large);
    values.note(command('get', 'old'), large);
    values.note(command('get', 'oldest'), large);
    for (let n = 0; n < 999; n += 1) values.note(command('get', `key:${n}`), large);
    expect(values.has(command('get', 'old'))).toBe(false);
    expect(values.has(command('get', 'oldest'))).toBe(true);
  });
});
