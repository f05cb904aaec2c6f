import { AsyncLocalStorage } from "node:async_hooks";
import type { AskOptions, Questions } from "./event-bus.ts";
import { untilAborted } from "./until-aborted.ts";

type Kind = keyof Questions;
type Question<Of extends Kind> = Questions[Of]["question"];
type Answer<Of extends Kind> = Questions[Of]["answer"];

/** Gives an answer, or `undefined` to leave the question to the next one. */
export type Answering<Of extends Kind> = (
  question: Question<Of>,
  options: { readonly signal: AbortSignal },
) => Answer<Of> | undefined | Promise<Answer<Of> | undefined>;

interface Registration<Of extends Kind> {
  readonly answer: Answering<Of>;
  /** Aborted when the handler is taken back. */
  readonly withdrawn: AbortSignal;
}

/** The handlers of one kind. */
export interface HandlerDesk<Of extends Kind> {
  register(answer: Answering<Of>): Disposable;
  ask<Accepted>(question: Question<Of>, options: Required<AskOptions<Answer<Of>, Accepted>>): Promise<Accepted | undefined>;
}

/** Asks the registered handlers, one after the other, until one has an answer that is accepted. */
export function handlerDesk<Of extends Kind>(onFailure: (question: Question<Of>, error: unknown) => void): HandlerDesk<Of> {
  const registrations = new Set<Registration<Of>>();

  return {
    register(answer) {
      const withdrawal = new AbortController();
      const inContext = AsyncLocalStorage.snapshot();
      const registration: Registration<Of> = {
        answer: (question, options) => inContext(answer, question, options),
        withdrawn: withdrawal.signal,
      };
      registrations.add(registration);
      return {
        [Symbol.dispose]() {
          registrations.delete(registration);
          withdrawal.abort();
        },
      };
    },
    async ask(question, { accept, signal }) {
      signal.throwIfAborted();
      // A set is walked live: who registers meanwhile is asked too, who is gone is not.
      for (const { answer, withdrawn } of registrations) {
        const wanted = AbortSignal.any([signal, withdrawn]);
        try {
          const given = await untilAborted(() => answer(question, { signal: wanted }), wanted);
          if (given !== undefined) return accept(given);
        } catch (error) {
          signal.throwIfAborted();
          if (!withdrawn.aborted) onFailure(question, error);
        }
      }
      return undefined;
    },
  };
}
