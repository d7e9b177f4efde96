import type { Urls } from '../topic.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly urls: Urls;
}

export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  /** Received, headers included. */
  readonly bytes: number;
  /** Answers that were no success, broken sockets and timeouts. */
  readonly failures: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

/** Sends requests on keep-alive connections as fast as they are answered. */
export interface LoadGenerator {
  /** With its version, as it stands beside the results. */
  readonly name: string;
  run(load: Load): Promise<LoadReport>;
}
