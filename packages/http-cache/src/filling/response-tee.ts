import type { ServerResponse } from 'node:http';
import { applyHeaders } from './apply-headers.ts';
import { createKeptBody, dropBody, type KeptBody, keepChunk, keepEnd, wholeBody } from './kept-body.ts';

/** What is told about a response on its way out. */
export interface TeeObserver {
  /** The handler writes or ends; of a head that has not left nothing is decided yet. */
  answered?(): void;
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

/** A response on its way. What is done with it are the module's functions: closures would be made for each response. */
interface Passage {
  readonly response: ServerResponse;
  readonly observer: TeeObserver;
  readonly kept: KeptBody;
  /** Node's own calls, or whoever's stood in their place. */
  readonly before: Calls;
  /** Those that stand there now. */
  teed: Calls;
  /**
   * `head`: it has not left. `body`: it left, chunks are kept. `passing`: nothing is kept (any more). `replaced`: another
   * answer went in its place, and what the handler still writes goes nowhere.
   */
  phase: 'head' | 'body' | 'passing' | 'replaced';
  isOrphan: boolean;
  limit: NodeJS.Timeout | undefined;
}

type Calls = Readonly<Record<(typeof TEED)[number], unknown>>;

const TEED = ['writeHead', 'write', 'end'] as const;

const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/**
 * Copies a response while it is written, in node's own calls, below every framework's. Every chunk goes on at once, so
 * the first byte is not later than without; a body beyond `maxBytes` is no longer kept from the chunk that crosses it.
 */
export function teeResponse(response: ServerResponse, maxBytes: number, observer: TeeObserver): Tee {
  const { writeHead, write, end, destroy } = response;
  const before = { writeHead, write, end };
  const passage: Passage = {
    response,
    observer,
    kept: createKeptBody(maxBytes),
    before,
    teed: before,
    phase: 'head',
    isOrphan: false,
    limit: undefined,
  };

  function writeHeadAndTell(status: number, ...rest: unknown[]) {
    if (passage.phase === 'replaced') return response;
    if (passage.phase !== 'head') return Reflect.apply(writeHead, response, [status, ...rest]);
    const reason = typeof rest[0] === 'string' ? [rest.shift()] : [];
    applyHeaders(response, rest[0]);
    const decision = decide(passage, status);
    if ('instead' in decision) {
      replaceBy(passage, decision.instead);
      return response;
    }
    try {
      Reflect.apply(writeHead, response, [decision.status, ...(decision.status === status ? reason : [])]);
    } catch (error) {
      // A head that node refuses never left: what is written next is another response, the error's.
      abandon(passage, 'aborted');
      throw error;
    }
    headLeft(passage, decision.keep);
    return response;
  }

  function writeAndKeep(chunk: unknown, ...rest: unknown[]) {
    if (passage.phase === 'head') observer.answered?.();
    if (passage.phase === 'head' || passage.phase === 'body') minded(passage, keepChunk(passage.kept, chunk, rest[0]));
    decideEarly(passage);
    if (passage.phase === 'replaced') return swallow([chunk, ...rest], true);
    return Reflect.apply(write, response, [chunk, ...rest]);
  }

  function endAndTell(...args: unknown[]) {
    if (passage.phase === 'head') observer.answered?.();
    ended(passage, args[0], args[1]);
    decideEarly(passage);
    if (passage.phase === 'replaced') return swallow(args, response);
    const result = Reflect.apply(end, response, args);
    settle(passage);
    return result;
  }

  /** Node's own ways of losing a connection do not lead through here. */
  function destroyOrReplace(...args: Parameters<ServerResponse['destroy']>) {
    if (passage.phase === 'replaced') return response;
    const instead = passage.phase === 'head' && !response.headersSent ? observer.lost?.() : undefined;
    if (instead) {
      replaceBy(passage, instead);
      return response;
    }
    // Of one whose client has gone it closes nothing any more.
    if (isOnItsWay(passage)) abandon(passage, 'aborted');
    return Reflect.apply(destroy, response, args);
  }

  // By their names: V8 makes a function that is written as a property's value old from birth, and with it, until the next
  // full collection, the whole request.
  passage.teed = { writeHead: writeHeadAndTell, write: writeAndKeep, end: endAndTell };
  Object.assign(response, passage.teed, observer.lost && { destroy: destroyOrReplace });
  response.on('close', () => closed(passage));
  return { detach: () => detach(passage) };
}

function isOnItsWay({ phase }: Passage): boolean {
  return phase === 'head' || phase === 'body';
}

function pass(passage: Passage): void {
  clearTimeout(passage.limit);
  passage.phase = 'passing';
  dropBody(passage.kept);
}

function abandon(passage: Passage, reason: 'aborted' | 'too-large'): void {
  pass(passage);
  passage.observer.abandoned(reason);
}

/** Before the head has left, what is too large may still be answered otherwise. */
function minded(passage: Passage, isWithinBound: boolean): void {
  if (!isWithinBound && passage.phase === 'body') abandon(passage, 'too-large');
}

function ended(passage: Passage, chunk: unknown, encoding: unknown): void {
  if (!isOnItsWay(passage) || passage.kept.isEnded) return;
  // A handler that ends because its client went may have left out the rest.
  if (passage.response.destroyed && !passage.isOrphan) abandon(passage, 'aborted');
  else minded(passage, keepEnd(passage.kept, chunk, encoding));
}

function settle(passage: Passage): void {
  const body = passage.phase === 'body' ? wholeBody(passage.kept) : undefined;
  if (!body) return;
  pass(passage);
  passage.observer.complete(body);
}

function replaceBy(passage: Passage, instead: () => void): void {
  pass(passage);
  Object.assign(passage.response, passage.before);
  instead();
  passage.phase = 'replaced';
  Object.assign(passage.response, passage.teed);
}

/**
 * Has the head decided on before node begins to write it: of what nobody gets, since node no longer writes it, and where
 * another answer may still take its place. Called by its outermost name: who wrapped it since adds headers there.
 */
function decideEarly(passage: Passage): void {
  const { response, observer, kept } = passage;
  if (passage.phase === 'head' && passage.isOrphan) response.writeHead(response.statusCode);
  if (passage.phase !== 'head' || !observer.mayReplace || response.headersSent) return;
  const body = wholeBody(kept);
  const isFramed = response.hasHeader('content-length') || response.hasHeader('transfer-encoding');
  if (body && !isFramed && !BODILESS.has(response.statusCode)) response.setHeader('Content-Length', body.length);
  response.writeHead(response.statusCode);
}

function decide(passage: Passage, status: number): HeadDecision {
  const { response, observer, kept } = passage;
  if (!passage.isOrphan || response.hasHeader('content-length')) return observer.head(status, wholeBody(kept));
  abandon(passage, 'aborted');
  return { status, keep: false };
}

function headLeft(passage: Passage, isKept: boolean): void {
  if (!isKept) pass(passage);
  else if (passage.kept.chunks === 'too-large') abandon(passage, 'too-large');
  else passage.phase = 'body';
}

function closed(passage: Passage): void {
  // Once is enough: what is waited for since is nobody's.
  if (passage.isOrphan || !isOnItsWay(passage)) return;
  const { orphanMs } = passage.observer;
  if (passage.phase === 'head' && orphanMs !== undefined) {
    passage.isOrphan = true;
    passage.limit = setTimeout(abandon, orphanMs, passage, 'aborted').unref();
  } else {
    abandon(passage, 'aborted');
  }
}

function detach(passage: Passage): void {
  const { response, before, teed } = passage;
  pass(passage);
  // Calls that nobody wrapped since are given back. Not deleted: that would make the response a slow object.
  for (const name of TEED) if (response[name] === teed[name]) Object.assign(response, { [name]: before[name] });
}

/** A write that goes nowhere is a write that is done. */
function swallow<Result>(args: readonly unknown[], result: Result): Result {
  const done = args.findLast((argument) => typeof argument === 'function');
  if (typeof done === 'function') process.nextTick(done);
  return result;
}
