import type { Announcement } from './announcement.ts';
import { encodeMessage } from './bus-message.ts';

/** The sending half of the bus: numbers this instance's messages. They are published with the change they tell of. */
export interface Announcer {
  /** The name of this instance on the bus, never given twice. */
  readonly publisher: string;
  /** The last message's number. */
  readonly published: number;
  messageOf(announcement: Partial<Announcement>): string;
}

export function createAnnouncer(publisher: string): Announcer {
  let sequence = 0;
  return {
    publisher,
    get published() {
      return sequence;
    },
    messageOf(announcement) {
      sequence += 1;
      return encodeMessage({ publisher, sequence, announcement });
    },
  };
}
