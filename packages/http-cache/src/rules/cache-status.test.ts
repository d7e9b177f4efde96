import { describe, expect, it } from 'vitest';
import { forwardStatus, hitStatus } from './cache-status.ts';

describe('Cache-Status, in the words of RFC 9211', () => {
  it.each([
    [hitStatus(4, 'memory'), 'breakwater; hit; ttl=4; detail=memory'],
    [hitStatus(0, 'redis'), 'breakwater; hit; ttl=0; detail=redis'],
    [forwardStatus('method'), 'breakwater; fwd=method'],
    [forwardStatus('bypass', { detail: 'session' }), 'breakwater; fwd=bypass; detail=session'],
    [forwardStatus('uri-miss', { stored: true }), 'breakwater; fwd=uri-miss; stored'],
    [forwardStatus('uri-miss', { stored: false }), 'breakwater; fwd=uri-miss'],
    [forwardStatus('vary-miss', { collapsed: true }), 'breakwater; fwd=vary-miss; collapsed'],
    [forwardStatus('uri-miss', { collapsed: false }), 'breakwater; fwd=uri-miss; collapsed=?0'],
  ])('%s', (status, expected) => {
    expect(status).toBe(expected);
  });
});
