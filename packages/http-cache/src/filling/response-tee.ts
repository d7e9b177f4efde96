import type { ServerResponse } from 'node:http';
import { applyHeaders } from './apply-headers.ts';
import { bytesOf, copyChunk, isChunk, joinChunks } from './response-chunks.ts';

/** What is told about a response on its way out. */
export interface TeeObserver {
  /**
   * Once, before the head leaves; the response's headers are complete and may still be changed.
   *
   * @param body all of it, where the handler ends the response before any of it has left.
   */
  head(status: number, body: Buffer | undefined): HeadDecision;
  /** The handler ended the response while its client was there, and `keep` had asked for the body. */
  complete(body: Buffer): void;
  /** Whether the head's decision may be to answer in the handler's place. */
  readonly mayReplace: boolean;
  /** The handler destroys the response before its head left. @returns what to answer in its place, if anything. */
  lost?(): (() => void) | undefined;
  /**
   * How long a response is still waited for whose client went before its head. Without it nothing is: only what declares
   * its length can be known to be whole, for a handler that notices may leave out the rest.
   */
  readonly orphanMs?: number | undefined;
  /** The body is not to be had after all. What was kept of it is already let go. */
  abandoned(reason: 'aborted' | 'too-large'): void;
}

export type HeadDecision =
  | {
      /** The status that leaves. */
      readonly status: number;
      /** Whether the body is to be kept. */
      readonly keep: boolean;
    }
  /** Answers in the handler's place, whose response goes nowhere. */
  | { readonly instead: () => void };

export interface Tee {
  /** From here on the response passes by unseen, and nobody is told anything. */
  detach(): void;
}

const TEED = ['writeHead', 'write', 'end'] as const;

const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/**
 * Copies a response while it is written, in node's own calls, below every framework's. Every chunk goes on at once, so
 * the first byte is not later than without; a body beyond `maxBytes` is no longer kept from the chunk that crosses it.
 */
export function teeResponse(response: ServerResponse, maxBytes: number, observer: TeeObserver): Tee {
  // `head`: it has not left. `body`: it left, chunks are kept. `passing`: nothing is kept (any more). `replaced`: another
  // answer went in its place, and what the handler still writes goes nowhere.
  let phase: 'head' | 'body' | 'passing' | 'replaced' = 'head';
  let ended = false;
  let isOrphan = false;
  let limit: NodeJS.Timeout | undefined;
  let chunks: Buffer[] | 'too-large' = [];
  let bytes = 0;
  let whole: Buffer | undefined;
  const { writeHead, write, end, destroy } = response;
  const before = { writeHead, write, end };

  function pass(): void {
    clearTimeout(limit);
    phase = 'passing';
    chunks = [];
    whole = undefined;
  }

  function wholeBody(): Buffer | undefined {
    if (!ended || chunks === 'too-large') return undefined;
    whole ??= joinChunks(chunks, bytes);
    return whole;
  }

  function abandon(reason: 'aborted' | 'too-large'): void {
    pass();
    observer.abandoned(reason);
  }

  function keep(chunk: unknown, encoding: unknown): void {
    if (phase === 'passing' || chunks === 'too-large' || !isChunk(chunk)) return;
    bytes += bytesOf(chunk, encoding);
    if (bytes <= maxBytes) chunks.push(copyChunk(chunk, encoding));
    else if (phase === 'body') abandon('too-large');
    else chunks = 'too-large';
  }

  function settle(): void {
    const body = phase === 'body' ? wholeBody() : undefined;
    if (!body) return;
    pass();
    observer.complete(body);
  }

  function replaceBy(instead: () => void): void {
    pass();
    Object.assign(response, before);
    instead();
    phase = 'replaced';
    Object.assign(response, teed);
  }

  /**
   * Has the head decided on before node begins to write it, so that another answer can still take its place. Called by
   * its outermost name: who wrapped it since adds headers there.
   */
  function decideEarly(): void {
    if (phase !== 'head' || !observer.mayReplace || response.headersSent) return;
    const body = wholeBody();
    const isFramed = response.hasHeader('content-length') || response.hasHeader('transfer-encoding');
    if (body && !isFramed && !BODILESS.has(response.statusCode)) response.setHeader('Content-Length', body.length);
    response.writeHead(response.statusCode);
  }

  function decide(status: number): HeadDecision {
    if (!isOrphan || response.hasHeader('content-length')) return observer.head(status, wholeBody());
    abandon('aborted');
    return { status, keep: false };
  }

  /** Node no longer writes the head of what nobody gets. */
  function decideOrphan(): void {
    if (isOrphan && phase === 'head') response.writeHead(response.statusCode);
  }

  function headLeft(isKept: boolean): void {
    if (!isKept) pass();
    else if (chunks === 'too-large') abandon('too-large');
    else phase = 'body';
  }

  function writeHeadAndTell(status: number, ...rest: unknown[]) {
    if (phase === 'replaced') return response;
    if (phase !== 'head') return Reflect.apply(writeHead, response, [status, ...rest]);
    const reason = typeof rest[0] === 'string' ? [rest.shift()] : [];
    applyHeaders(response, rest[0]);
    const decision = decide(status);
    if ('instead' in decision) {
      replaceBy(decision.instead);
      return response;
    }
    try {
      Reflect.apply(writeHead, response, [decision.status, ...(decision.status === status ? reason : [])]);
    } catch (error) {
      // A head that node refuses never left: what is written next is another response, the error's.
      abandon('aborted');
      throw error;
    }
    headLeft(decision.keep);
    return response;
  }

  function writeAndKeep(chunk: unknown, ...rest: unknown[]) {
    keep(chunk, rest[0]);
    decideOrphan();
    decideEarly();
    if (phase === 'replaced') return swallow([chunk, ...rest], true);
    return Reflect.apply(write, response, [chunk, ...rest]);
  }

  function endAndTell(...args: unknown[]) {
    if ((phase === 'head' || phase === 'body') && !ended) {
      // A handler that ends because its client went may have left out the rest.
      if (response.destroyed && !isOrphan) abandon('aborted');
      else {
        keep(args[0], args[1]);
        ended = true;
      }
    }
    decideOrphan();
    decideEarly();
    if (phase === 'replaced') return swallow(args, response);
    const result = Reflect.apply(end, response, args);
    settle();
    return result;
  }

  /** Node's own ways of losing a connection do not lead through here. */
  function destroyOrReplace(...args: Parameters<ServerResponse['destroy']>) {
    if (phase === 'replaced') return response;
    const instead = phase === 'head' && !response.headersSent ? observer.lost?.() : undefined;
    if (instead) {
      replaceBy(instead);
      return response;
    }
    // Of one whose client has gone it closes nothing any more.
    if (phase === 'head' || phase === 'body') abandon('aborted');
    return Reflect.apply(destroy, response, args);
  }

  // By their names: V8 makes a function that is written as a property's value old from birth, and with it, until the next
  // full collection, the whole request.
  const teed = { writeHead: writeHeadAndTell, write: writeAndKeep, end: endAndTell };
  Object.assign(response, teed, observer.lost && { destroy: destroyOrReplace });
  response.once('close', () => {
    if (phase === 'head' && observer.orphanMs !== undefined) {
      isOrphan = true;
      limit = setTimeout(abandon, observer.orphanMs, 'aborted').unref();
    } else if (phase === 'head' || phase === 'body') {
      abandon('aborted');
    }
  });
  return {
    detach() {
      pass();
      // Calls that nobody wrapped since are given back. Not deleted: that would make the response a slow object.
      for (const name of TEED) if (response[name] === teed[name]) Object.assign(response, { [name]: before[name] });
    },
  };
}

/** A write that goes nowhere is a write that is done. */
function swallow<Result>(args: readonly unknown[], result: Result): Result {
  const done = args.findLast((argument) => typeof argument === 'function');
  if (typeof done === 'function') process.nextTick(done);
  return result;
}
