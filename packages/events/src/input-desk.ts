import { AsyncLocalStorage } from "node:async_hooks";
import type { Json } from "@dad/protocol";
import type { InputHandler, InputRequest } from "./event-bus.ts";
import { untilAborted } from "./until-aborted.ts";

interface Registration {
  readonly ask: (request: InputRequest) => Json | undefined | Promise<Json | undefined>;
  /** Aborted when the handler is taken back. */
  readonly withdrawn: AbortSignal;
}

export interface InputDesk {
  register(handler: InputHandler): Disposable;
  request<Answer>(request: InputRequest, accept: (answer: Json) => Answer, signal: AbortSignal): Promise<Answer | undefined>;
}

/** Asks the registered handlers, one after the other, until one has an answer that is accepted. */
export function inputDesk(onFailure: (request: InputRequest, error: unknown) => void): InputDesk {
  const registrations = new Set<Registration>();

  return {
    register(handler) {
      const withdrawal = new AbortController();
      const inContext = AsyncLocalStorage.snapshot();
      const registration: Registration = { ask: (request) => inContext(handler, request), withdrawn: withdrawal.signal };
      registrations.add(registration);
      return {
        [Symbol.dispose]() {
          registrations.delete(registration);
          withdrawal.abort();
        },
      };
    },
    async request(request, accept, signal) {
      signal.throwIfAborted();
      // A set is walked live: who registers meanwhile is asked too, who is gone is not.
      for (const { ask, withdrawn } of registrations) {
        try {
          const answer = await untilAborted(() => ask(request), AbortSignal.any([signal, withdrawn]));
          if (answer !== undefined) return accept(answer);
        } catch (error) {
          signal.throwIfAborted();
          if (!withdrawn.aborted) onFailure(request, error);
        }
      }
      return undefined;
    },
  };
}
