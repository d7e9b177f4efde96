export { createProblem, PROBLEM_TYPE, type Problem } from './problem.ts';
export { type FrameworkRequest, type RequestView, viewRequest } from './request-view.ts';
