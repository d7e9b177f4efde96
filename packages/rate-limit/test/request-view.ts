import type { RequestView } from '@breakwater/core/http';

export interface TestRequest {
  readonly plan?: string;
  readonly key?: string;
}

/** A request's view as a door makes it; a new request each time. */
export function viewOf(
  request: TestRequest = {},
  { address = '192.0.2.1', ...view }: Partial<RequestView> = {},
): RequestView<TestRequest> {
  return { method: 'GET', target: '/', headers: {}, protocol: 'http', ...view, address, request: { ...request } };
}
