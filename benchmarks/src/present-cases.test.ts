import { expect, it } from 'vitest';
import { withPresentCases } from './present-cases.ts';
import type { HttpCase, HttpTopic } from './topic.ts';

const always: HttpCase = { name: 'always', about: '', answeredBy: 'handler', serve: async () => '' };
const topic: HttpTopic = {
  name: 'http/any',
  question: '',
  reference: 'always',
  measures: 'requests',
  path: '/',
  body: Buffer.alloc(0),
  connections: 1,
  thresholds: [],
  cases: [
    always,
    { ...always, name: 'here', missing: async () => undefined },
    { ...always, name: 'gone', missing: async () => 'there is none' },
  ],
};

it('a case that cannot be measured here is left out, and that is said', async () => {
  const said: string[] = [];
  const { cases } = await withPresentCases(topic, (left) => said.push(left));
  expect(cases.map(({ name }) => name)).toEqual(['always', 'here']);
  expect(said).toEqual(['gone is left out: there is none']);
});
