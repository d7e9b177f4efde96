/**
 * Says that this instance is alive, and how far it has spoken; and notices a silent connection, since every beat
 * comes back to its sender.
 *
 * An instance beats at a tick if it announced something since its last beat (or the loss of its last message would
 * stay unnoticed), or if it heard nothing since the last tick; so an idle fleet, however large, makes about one beat
 * a tick in all. Every {@link PRESENCE_TICKS} it beats in any case, so that the others know that it lives.
 */
export interface Heartbeat {
  /** Something came over the bus. */
  heard(): void;
  /** Beats now, out of turn. */
  beat(): void;
  close(): void;
}

export interface HeartbeatOptions {
  readonly everyMs: number;
  /** @returns the number of the last announcement. */
  readonly published: () => number;
  /** Rejects where Redis did not take it. */
  readonly send: () => Promise<unknown>;
  /** Redis took beats, but for {@link SILENT_TICKS} ticks none came back. */
  readonly onSilent: () => void;
}

export const PRESENCE_TICKS = 5;
const SILENT_TICKS = 2;

export function createHeartbeat({ everyMs, published, send, onSilent }: HeartbeatOptions): Heartbeat {
  let hasHeard = false;
  let beaten = -1;
  let ticksSinceBeat = 0;
  /** Whether Redis took a beat since something was heard. */
  let isAnswerDue = false;
  let silentTicks = 0;

  function beat(): void {
    beaten = published();
    ticksSinceBeat = 0;
    send().then(
      () => {
        isAnswerDue = !hasHeard;
      },
      () => {
        // Redis is away: the cache notices that by its own calls, and a beat that was not sent need not come back.
      },
    );
  }

  function tick(): void {
    const isQuiet = !hasHeard;
    hasHeard = false;
    ticksSinceBeat += 1;
    silentTicks = isQuiet && isAnswerDue ? silentTicks + 1 : 0;
    if (silentTicks >= SILENT_TICKS) {
      silentTicks = 0;
      isAnswerDue = false;
      onSilent();
    }
    if (isQuiet || published() !== beaten || ticksSinceBeat >= PRESENCE_TICKS) beat();
  }

  const timer = setInterval(tick, everyMs).unref();
  return {
    heard() {
      hasHeard = true;
      isAnswerDue = false;
    },
    beat,
    close: () => clearInterval(timer),
  };
}
