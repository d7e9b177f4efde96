import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readJson } from './json-content.ts';

const headers = { 'content-type': 'application/json' };

describe('the content of a call', () => {
  it.each<[string, unknown]>([
    ['an object that a parser made', { url: '/a' }],
    ['a text', '{"url":"/a"}'],
    ['bytes', Buffer.from('{"url":"/a"}')],
    ['a stream', PassThrough.from(['{"ur', 'l":"/a"}'].map((part) => Buffer.from(part)))],
  ])('may have been read before as %s', async (_what, content) => {
    expect(await readJson({ headers, content })).toEqual({ url: '/a' });
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8'])('is JSON: %s', async (type) => {
    expect(await readJson({ headers: { 'content-type': type }, content: '{}' })).toEqual({});
  });

  it.each([undefined, '', 'text/json', 'application/json-patch+json', 'multipart/form-data; a=application/json'])(
    'is nothing else: %s',
    async (type) => {
      const sent = readJson({ headers: { ...(type !== undefined && { 'content-type': type }) }, content: '{}' });
      await expect(sent).rejects.toMatchObject({ code: 'ERR_MONITOR_CONTENT_TYPE', status: 415 });
    },
  );

  it('is refused where its client went away, before it was read or meanwhile', async () => {
    const cut = { code: 'ERR_MONITOR_CONTENT', status: 400 };
    const gone = new PassThrough();
    gone.destroy();
    await expect(readJson({ headers, content: gone })).rejects.toMatchObject(cut);
    const going = new PassThrough();
    const read = readJson({ headers, content: going });
    going.write('{');
    going.destroy(new Error('aborted'));
    await expect(read).rejects.toMatchObject({ ...cut, cause: new Error('aborted') });
  });

  it('is read to its end where it is too long, so that the refusal is', async () => {
    const content = new PassThrough();
    const read = readJson({ headers, content });
    const part = Buffer.alloc(64 * 1024, ' ');
    for (let sent = 0; sent < 8; sent += 1) content.write(part);
    content.end();
    await expect(read).rejects.toMatchObject({ code: 'ERR_MONITOR_CONTENT_TOO_LARGE', status: 413 });
    await expect.poll(() => content.readableEnded).toBe(true);
  });
});
