import { describePurges } from './purge-table.ts';

describePurges('memory alone', async () => null);
