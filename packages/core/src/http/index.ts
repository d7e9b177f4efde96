export { createProblem, OUTAGE_RETRY_AFTER_SECONDS, PROBLEM_TYPE, type Problem } from './problem.ts';
export { type FrameworkRequest, type RequestView, viewRequest } from './request-view.ts';
