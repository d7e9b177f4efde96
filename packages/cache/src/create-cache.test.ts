import { describeCache } from '../test/cache-contract.ts';

describeCache('memory alone', () => null);
