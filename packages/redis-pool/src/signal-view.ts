import { createCommands, type PoolCommands, type Send } from './commands.ts';
import type { PooledCommand } from './pooled-command.ts';

export interface SignalView {
  send(group: Set<PooledCommand>): Send;
  abandon(command: PooledCommand, reason: Error): void;
}

/** The pool's commands for one caller, who may give all of them up. One listener, and only while one is under way. */
export function commandsUntil(signal: AbortSignal, { send, abandon }: SignalView): PoolCommands {
  const underWay = new Set<PooledCommand>();
  const sendInGroup = send(underWay);
  let isListening = false;

  function abort(): void {
    isListening = false;
    for (const command of underWay) abandon(command, signal.reason);
  }

  function stopListening(): void {
    if (underWay.size > 0 || !isListening) return;
    isListening = false;
    signal.removeEventListener('abort', abort);
  }

  return createCommands((name, args, replyEncoding) => {
    if (signal.aborted) return Promise.reject(signal.reason);
    const answer = sendInGroup(name, args, replyEncoding);
    if (!isListening) {
      isListening = true;
      signal.addEventListener('abort', abort, { once: true });
    }
    answer.then(stopListening, stopListening);
    return answer;
  });
}
