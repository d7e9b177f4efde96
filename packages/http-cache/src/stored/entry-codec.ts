import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Codec } from '@breakwater/cache';
import type { VariantRecord } from '../rules/variants.ts';
import { isSentAsText } from './body-text.ts';
import { createStoredResponse, type HttpEntry, type StoredResponse } from './entry.ts';

const KIND_RESPONSE = 1;
const KIND_VARIANTS = 2;
const FLAG_OWN_TAG = 1;
const FLAG_CLIENT_SECONDS = 2;

/** By their number in an entry. */
const VALIDATIONS = ['none', 'when-stale', 'always'] as const;

/** Kind, flags, status, four durations, validation, clients' seconds, list length: what stands in front of a response's header list. */
const RESPONSE_HEAD_BYTES = 1 + 1 + 2 + 4 * 6 + 1 + 4 + 4;

/** Kind, number of names, number of texts. */
const VARIANTS_HEAD_BYTES = 1 + 4 + 4;

/** What is around the bytes themselves, roughly. A head is held as fields, each a text of its own, and twice as text. */
const ENTRY_OVERHEAD_BYTES = 512;

/** The layout is the name's number: another layout gets another number, and what is stored under this one is a miss. */
export const entryCodec: Codec<HttpEntry> = Object.freeze({
  name: 'http-3',
  encode: (entry: HttpEntry) => (entry.kind === 'response' ? encodeResponse(entry) : encodeVariants(entry)),
  decode(bytes: Buffer): HttpEntry {
    const kind = bytes.readUInt8(0);
    if (kind === KIND_RESPONSE) return decodeResponse(bytes);
    if (kind === KIND_VARIANTS) return decodeVariants(bytes);
    throw new RangeError(`An entry of an unknown kind: ${kind}.`);
  },
  encodedLength: (entry: HttpEntry) =>
    entry.kind === 'response'
      ? RESPONSE_HEAD_BYTES + textLength(entry.headers) + entry.body.length
      : VARIANTS_HEAD_BYTES + textLength(variantTexts(entry)),
  sizeOf: (entry: HttpEntry) =>
    entry.kind === 'response'
      ? (isSentAsText(entry) ? 2 : 1) * entry.body.length + 4 * textLength(entry.headers) + ENTRY_OVERHEAD_BYTES
      : textLength(variantTexts(entry)) + ENTRY_OVERHEAD_BYTES,
});

function encodeResponse(response: StoredResponse): Buffer {
  const head = Buffer.allocUnsafe(RESPONSE_HEAD_BYTES);
  head.writeUInt8(KIND_RESPONSE, 0);
  const flags =
    (response.hasOwnTag ? FLAG_OWN_TAG : 0) | (response.clientSeconds === undefined ? 0 : FLAG_CLIENT_SECONDS);
  head.writeUInt8(flags, 1);
  head.writeUInt16BE(response.status, 2);
  head.writeUIntBE(response.initialAgeMs, 4, 6);
  head.writeUIntBE(response.reuse.lifetimeMs, 10, 6);
  head.writeUIntBE(response.reuse.staleWhileRevalidateMs, 16, 6);
  head.writeUIntBE(response.reuse.staleIfErrorMs, 22, 6);
  head.writeUInt8(VALIDATIONS.indexOf(response.reuse.validation), 28);
  head.writeUInt32BE(response.clientSeconds ?? 0, 29);
  head.writeUInt32BE(response.headers.length, 33);
  return Buffer.concat([head, encodeTexts(response.headers), response.body]);
}

function decodeResponse(bytes: Buffer): StoredResponse {
  const { texts: headers, end } = decodeTexts(bytes, RESPONSE_HEAD_BYTES, bytes.readUInt32BE(33));
  const flags = bytes.readUInt8(1);
  const status = bytes.readUInt16BE(2);
  const validation = VALIDATIONS[bytes.readUInt8(28)];
  checkHead(status, headers);
  if (validation === undefined) throw new RangeError('An entry with an unknown demand for validation.');
  return createStoredResponse({
    status,
    headers,
    body: bytes.subarray(end),
    hasOwnTag: (flags & FLAG_OWN_TAG) !== 0,
    clientSeconds: (flags & FLAG_CLIENT_SECONDS) === 0 ? undefined : bytes.readUInt32BE(29),
    initialAgeMs: bytes.readUIntBE(4, 6),
    reuse: {
      lifetimeMs: bytes.readUIntBE(10, 6),
      staleWhileRevalidateMs: bytes.readUIntBE(16, 6),
      staleIfErrorMs: bytes.readUIntBE(22, 6),
      validation,
    },
  });
}

/** What node would refuse to send is refused here, where it is a miss, and not in the middle of an answer. */
function checkHead(status: number, headers: readonly string[]): void {
  if (status < 200 || status > 599 || headers.length % 2 !== 0) throw new RangeError('An entry with a broken head.');
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    validateHeaderName(name);
    validateHeaderValue(name, headers[index + 1] as string);
  }
}

/** Kind, number of names, number of texts, texts: the id, the names, then values and expiry of each variant. */
function encodeVariants(record: VariantRecord): Buffer {
  const texts = variantTexts(record);
  const head = Buffer.allocUnsafe(VARIANTS_HEAD_BYTES);
  head.writeUInt8(KIND_VARIANTS, 0);
  head.writeUInt32BE(record.names.length, 1);
  head.writeUInt32BE(texts.length, 5);
  return Buffer.concat([head, encodeTexts(texts)]);
}

function decodeVariants(bytes: Buffer): VariantRecord {
  const { texts } = decodeTexts(bytes, VARIANTS_HEAD_BYTES, bytes.readUInt32BE(5));
  const [id, ...rest] = texts;
  const names = rest.splice(0, bytes.readUInt32BE(1));
  if (id === undefined || rest.length % 2 !== 0) throw new RangeError('A record of variants that is cut short.');
  const variants = [];
  for (let index = 0; index < rest.length; index += 2) {
    variants.push({ values: rest[index] as string, expiresAtMs: Number(rest[index + 1]) });
  }
  return { kind: 'variants', id, names, variants };
}

function variantTexts({ id, names, variants }: VariantRecord): string[] {
  return [id, ...names, ...variants.flatMap(({ values, expiresAtMs }) => [values, String(expiresAtMs)])];
}

/** Header text is Latin-1 by node's own check, a byte a character. */
function encodeTexts(texts: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(textLength(texts));
  let end = 0;
  for (const text of texts) {
    end = bytes.writeUInt32BE(text.length, end);
    end += bytes.write(text, end, 'latin1');
  }
  return bytes;
}

function textLength(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 4 + text.length, 0);
}

function decodeTexts(bytes: Buffer, start: number, count: number): { texts: string[]; end: number } {
  const end = endOfTexts(bytes, start, count);
  // One call for all of them: a text of a few bytes costs less than the call.
  const all = bytes.toString('latin1', start, end);
  const texts: string[] = [];
  for (let at = 0; texts.length < count; ) {
    const from = at + 4;
    at = from + bytes.readUInt32BE(start + at);
    texts.push(all.slice(from, at));
  }
  return { texts, end };
}

function endOfTexts(bytes: Buffer, start: number, count: number): number {
  let end = start;
  for (let read = 0; read < count; read += 1) {
    end += 4 + bytes.readUInt32BE(end);
    // Slicing would stop at the last byte without a word.
    if (end > bytes.length) throw new RangeError('An entry that is cut short.');
  }
  return end;
}
