import type { EventOf } from "@dad/protocol";
import type { AskOptions, InputHandler, InputHandlerOptions, Interceptor, InterceptOptions, Questions } from "./event-bus.ts";
import { type HandlerDesk, handlerDesk, type ReportFailure } from "./handler-desk.ts";
import { failureOf } from "./handler-failed.ts";
import { readLimits } from "./handler-options.ts";
import { answerersOf } from "./interception.ts";

/** The handlers of all kinds. */
export interface HandlerDesks {
  handleInput(handler: InputHandler, options: InputHandlerOptions): Disposable;
  intercept(path: string, interceptor: Interceptor, options: InterceptOptions): Disposable;
  ask<Kind extends keyof Questions, Accepted>(
    kind: Kind,
    question: Questions[Kind]["question"],
    options: AskOptions<Questions[Kind]["answer"], Accepted>,
  ): Promise<Accepted | undefined>;
  /** Takes all of them back, and rejects what is being asked. */
  close(reason: Error): void;
}

/** `tell` is given the reports of those that fail. */
export function handlerDesks(tell: (report: EventOf<"handler.failed">) => void): HandlerDesks {
  const reporting =
    (type: string): ReportFailure<keyof Questions> =>
    ({ runId }, error, handler) =>
      tell(failureOf({ runId, type }, error, handler));
  const desks = {
    input: handlerDesk<"input">(reporting("input.requested")),
    "node.before": handlerDesk<"node.before">(reporting("node.started")),
    "node.after": handlerDesk<"node.after">(reporting("node.completed")),
  };

  return {
    handleInput(handler, { signal, by, ...options }) {
      return desks.input.register({ answer: handler, limits: readLimits(options, handler.name || "handler"), by, signal });
    },
    intercept(path, interceptor, options) {
      const { before, after } = answerersOf(path, interceptor, options);
      const registered = [before && desks["node.before"].register(before), after && desks["node.after"].register(after)];
      return {
        [Symbol.dispose]() {
          for (const held of registered) held?.[Symbol.dispose]();
        },
      };
    },
    ask: (kind, question, options) => (desks[kind] as unknown as HandlerDesk<typeof kind>).ask(question, options),
    close(reason) {
      for (const desk of Object.values(desks)) desk.close(reason);
    },
  };
}
