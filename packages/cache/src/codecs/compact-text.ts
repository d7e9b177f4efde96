import { TEXT } from './compact-format.ts';

/** The characters of a compact value, `undefined` where nobody knows how they are encoded. */
export function textOf(bytes: Buffer, start: number): string | undefined {
  switch (bytes[0]) {
    case TEXT.ASCII:
      return bytes.toString('latin1', start);
    case TEXT.UTF8:
      return bytes.toString('utf8', start);
    case TEXT.UTF16:
      return bytes.toString('utf16le', start);
    default:
      return undefined;
  }
}
