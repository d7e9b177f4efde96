import type { ServerResponse } from 'node:http';
import { teeResponse } from '../filling/response-tee.ts';
import { headerText } from '../rules/handler-headers.ts';
import { speaksOfOther } from '../rules/head-answer.ts';
import { originValidators, type StoredResponse } from '../stored/entry.ts';

/**
 * RFC 9111 §4.3.5: a HEAD that is answered with a head of other content makes what is stored untrue. One of the same content
 * changes nothing: the next GET asks by its validators.
 *
 * @param remove is called before the head leaves.
 */
export function watchHead(response: ServerResponse, stored: StoredResponse, remove: () => void): void {
  const known = { ...originValidators(stored), length: String(stored.body.length) };
  const textOf = (name: string) => {
    const value = response.getHeader(name);
    return value === undefined ? undefined : headerText(value);
  };
  teeResponse(response, 0, {
    mayReplace: false,
    head(status) {
      const answered = {
        etag: textOf('etag'),
        lastModified: textOf('last-modified'),
        length: textOf('content-length'),
      };
      if (status === 200 && speaksOfOther(answered, known)) remove();
      return { status, keep: false };
    },
    complete() {},
    abandoned() {},
  });
}
