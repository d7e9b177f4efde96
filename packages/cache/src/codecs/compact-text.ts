import { TEXT } from './compact-format.ts';

/** The characters of a compact value that are not ASCII, `undefined` where nobody knows how they are encoded. */
export function textOf(bytes: Buffer, start: number, encoding: number | undefined): string | undefined {
  switch (encoding) {
    case TEXT.UTF8:
      return bytes.toString('utf8', start);
    case TEXT.UTF16:
      return bytes.toString('utf16le', start);
    default:
      return undefined;
  }
}
