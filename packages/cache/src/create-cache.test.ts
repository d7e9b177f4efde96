import { describeCache } from '../test/cache-contract.ts';
import { describeMany } from '../test/many-contract.ts';

describeCache('memory alone', () => null);
describeMany('memory alone', () => null);
