import { isRefusal, type RedisPort } from '@breakwater/core/redis';
import { decodeMessage, type Told } from './bus-message.ts';

/**
 * The latest announcements, in a stream in Redis. The changes script writes it in the very step that publishes, so
 * whoever reads on from a message that is still in it reads everything that was published since.
 */
export interface BusRecord {
  /**
   * All that was announced after the message `id`, and the last one's id. `gone`: the record does not reach back to
   * it, or is that of another Redis. `unanswered`: Redis may say it later.
   */
  since(id: string): Promise<Replayed | 'gone' | 'unanswered'>;
  /** The id of the last message; `undefined` where there is none, or none can be had. */
  last(): Promise<string | undefined>;
}

export interface Replayed {
  readonly messages: readonly Told[];
  readonly last: string;
}

/** A long reply would hold up other commands. */
const PAGE = 500;

export function createBusRecord(redis: Pick<RedisPort, 'xrange' | 'xrevrange'>, key: string): BusRecord {
  /** The message `from` itself, and up to a page of those behind it. */
  async function readPage(from: string): Promise<readonly Told[] | 'gone'> {
    const entries = await redis.xrange(key, from, '+', 'COUNT', PAGE + 1);
    const messages: Told[] = [];
    for (const [id, [, text = '']] of entries) {
      const message = decodeMessage(`${id} ${text}`);
      // A newer version may have said anything.
      if (!message || !('announcement' in message)) return 'gone';
      messages.push(message);
    }
    return messages[0]?.id === from ? messages : 'gone';
  }

  async function readSince(id: string): Promise<Replayed | 'gone'> {
    const messages: Told[] = [];
    let last = id;
    for (;;) {
      const page = await readPage(last);
      if (page === 'gone') return 'gone';
      const [, ...news] = page;
      messages.push(...news);
      last = news.at(-1)?.id ?? last;
      if (news.length < PAGE) return { messages, last };
    }
  }

  return {
    async since(id) {
      try {
        return await readSince(id);
      } catch (error) {
        // Asked again, a server that refuses streams would refuse them again.
        return isRefusal(error) ? 'gone' : 'unanswered';
      }
    },
    async last() {
      try {
        const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
        return newest?.[0];
      } catch {
        // A loss then costs memory, as it does without a record.
        return undefined;
      }
    },
  };
}
