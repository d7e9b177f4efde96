import { describe, expect, it } from 'vitest';
import { failureKind, reasonOf } from './failure.ts';

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('the failure of a command', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
    'MASTERDOWN Link with MASTER is down',
    'BUSY Redis is busy running a script.',
  ])('is an outage when Redis serves nobody: %s', (message) => {
    expect(failureKind(replyError(message))).toBe('outage-reply');
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'NOSCRIPT No matching script.',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    'BUSYGROUP Consumer Group name already exists',
    'ERR syntax error',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    '',
  ])('is about the command alone when Redis refuses it: %s', (message) => {
    expect(failureKind(replyError(message))).toBe('reply');
  });

  it('is about the connection when Redis did not say it', () => {
    expect(failureKind(new Error('Connection is closed.'))).toBe('connection');
    expect(failureKind('LOADING')).toBe('connection');
  });

  it('has a reason even where the error has no message', () => {
    expect(reasonOf(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
    expect(reasonOf(new Error('connect ETIMEDOUT'))).toBe('connect ETIMEDOUT');
    expect(reasonOf(undefined)).toBe('the connection closed');
  });
});
