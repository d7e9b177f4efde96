import { describeCache } from '../test/cache-contract.ts';
import { describeExpire } from '../test/expire-contract.ts';
import { describeFailing } from '../test/failing-contract.ts';
import { describeLoading } from '../test/loading-contract.ts';
import { describeMany } from '../test/many-contract.ts';
import { describeMemoryPolicies } from '../test/memory-policy-contract.ts';
import { describeSource } from '../test/source-contract.ts';
import { describeStale } from '../test/stale-contract.ts';
import { describeWrites } from '../test/write-contract.ts';

describeCache('memory alone', () => null);
describeFailing('memory alone', () => null);
describeLoading('memory alone', () => null);
describeMany('memory alone', () => null);
describeSource('memory alone', () => null);
describeStale('memory alone', () => null);
describeExpire('memory alone', () => null);
describeWrites('memory alone', () => null);
describeMemoryPolicies('memory alone', () => null);
