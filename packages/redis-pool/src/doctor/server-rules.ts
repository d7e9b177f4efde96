import { defineRule, type Rule } from './rule.ts';

const OLDEST_MAJOR = 6;
const LARGEST_OFFSET_MS = 1000;
const MOST_CLIENTS = 0.8;

export const serverRules: readonly Rule[] = [
  defineRule({
    code: 'version-unsupported',
    question: 'this Redis is new enough',
    needs: ['version'],
    judge({ version }) {
      // NaN, of a version that is no number, is not less.
      if (!(Number.parseInt(version, 10) < OLDEST_MAJOR)) return undefined;
      return {
        severity: 'error',
        message: `This is Redis ${version}; these packages are made for ${OLDEST_MAJOR} and later.`,
        fix: 'Upgrade Redis, or use a compatible server such as Valkey.',
      };
    },
  }),
  defineRule({
    code: 'sessions-not-persisted',
    concerns: 'sessions',
    question: 'sessions outlive a restart of Redis',
    needs: ['persistence'],
    judge({ persistence }) {
      if (persistence !== 'none') return undefined;
      return {
        severity: 'warning',
        message: 'Redis writes nothing to disk: its restart logs everybody out.',
        fix: 'CONFIG SET appendonly yes, and the same in redis.conf.',
      };
    },
  }),
  defineRule({
    code: 'saving-fails',
    question: 'Redis can write to its disk',
    needs: ['hasFailedToSave'],
    judge({ hasFailedToSave }) {
      if (!hasFailedToSave) return undefined;
      return {
        severity: 'error',
        message: 'The last write to disk failed. By default Redis then refuses all commands that write (MISCONF).',
        fix: 'See the log of Redis: usually the disk is full, or its folder may not be written.',
      };
    },
  }),
  defineRule({
    code: 'clients-nearly-exhausted',
    question: 'Redis has places for more clients',
    needs: ['connectedClients', 'maxClients'],
    judge({ connectedClients, maxClients }) {
      if (connectedClients <= maxClients * MOST_CLIENTS) return undefined;
      return {
        severity: 'warning',
        message: `${connectedClients} of ${maxClients} clients are connected; beyond that Redis turns connections away.`,
        fix: 'Raise maxclients, or give each process fewer lanes.',
      };
    },
  }),
  defineRule({
    code: 'clock-apart',
    question: 'the clocks agree',
    needs: ['clock'],
    judge({ clock: { offsetMs, roundTripMs } }) {
      if (Math.abs(offsetMs) - roundTripMs / 2 <= LARGEST_OFFSET_MS) return undefined;
      const direction = offsetMs > 0 ? 'ahead of' : 'behind';
      return {
        severity: 'warning',
        message: `The clock of Redis is ${Math.round(Math.abs(offsetMs))} ms ${direction} this process's: lifetimes differ by as much.`,
        fix: 'Run NTP (chrony, systemd-timesyncd) on both machines.',
      };
    },
  }),
];
