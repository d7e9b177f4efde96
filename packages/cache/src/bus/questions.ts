import type { Arrivals } from './arrivals.ts';
import type { Saying } from './bus-message.ts';
import type { Peers } from './peers.ts';
import type { Milestone } from './token.ts';

/** Which live instances have applied what was announced, by their names. */
export interface Acknowledgement {
  readonly applied: readonly string[];
  /** Those that gave signs of life lately, and no answer in time. */
  readonly missing: readonly string[];
}

/** Asks the others whether they have heard all that this instance announced, and answers them. */
export interface Questions {
  ask(withinMs: number): Promise<Acknowledgement>;
  /** Somebody wants to know whether this instance has heard everything up to `asked`; it says so once it has. */
  answer(asked: Milestone): Promise<void>;
  /** Somebody has heard everything up to `heard`. */
  answered(publisher: string, name: string, heard: Milestone): void;
}

export interface QuestionsOptions {
  readonly own: () => Milestone;
  readonly peers: Peers;
  readonly arrivals: Arrivals;
  readonly hasHeard: (milestone: Milestone) => boolean;
  /** Resolves with the number of subscribers it reached, or that of one server where there are several. */
  readonly say: (says: Saying) => Promise<number>;
}

interface Question {
  readonly sequence: number;
  /** Names by publisher. */
  readonly answers: Map<string, string>;
}

/** Who asks gives up before that. */
const ANSWER_WITHIN_MS = 10_000;

export function createQuestions({ own, peers, arrivals, hasHeard, say }: QuestionsOptions): Questions {
  const questions = new Set<Question>();

  /**
   * An instance that has not given a sign of life yet is known by the number of subscribers that the question
   * reached.
   */
  function isAnsweredByAll({ answers }: Question, reached: number): boolean {
    const live = peers.live(performance.now());
    return answers.size >= reached - 1 && live.every(({ publisher }) => answers.has(publisher));
  }

  return {
    async ask(withinMs) {
      const question: Question = { sequence: own().sequence, answers: new Map() };
      questions.add(question);
      try {
        const reached = Number(await say('asks'));
        await arrivals.until(() => isAnsweredByAll(question, reached), withinMs);
      } catch {
        // Redis is away: nobody was asked, and so all are missing.
      } finally {
        questions.delete(question);
      }
      const missing = peers.live(performance.now()).filter(({ publisher }) => !question.answers.has(publisher));
      return { applied: [...question.answers.values()], missing: missing.map(({ name }) => name) };
    },
    async answer(asked) {
      if (!(await arrivals.until(() => hasHeard(asked), ANSWER_WITHIN_MS))) return;
      // If that does not arrive, this instance counts as missing, which misleads nobody.
      await say(['heard', asked.publisher, asked.sequence]).catch(() => {});
    },
    answered(publisher, name, heard) {
      if (heard.publisher !== own().publisher) return;
      for (const question of questions) {
        if (heard.sequence >= question.sequence) question.answers.set(publisher, name);
      }
    },
  };
}
