/** The part of autocannon 9 that the load generator uses; the package ships no types. */
declare module 'autocannon' {
  namespace autocannon {
    interface Result {
      readonly duration: number;
      readonly errors: number;
      readonly non2xx: number;
      readonly requests: { readonly total: number };
      readonly throughput: { readonly total: number };
      readonly latency: { readonly p50: number; readonly p99: number };
    }
    interface Request {
      readonly path?: string;
      readonly setupRequest?: (request: object) => object;
    }
    interface Options {
      readonly url: string;
      readonly connections: number;
      readonly duration: number;
      readonly requests: readonly Request[];
    }
  }
  function autocannon(options: autocannon.Options): Promise<autocannon.Result>;
  export = autocannon;
}
