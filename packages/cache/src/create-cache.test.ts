import { describeAll } from '../test/describe-all.ts';

describeAll('memory alone', () => null);
