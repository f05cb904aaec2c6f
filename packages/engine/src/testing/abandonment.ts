import { setImmediate } from "node:timers/promises";
import { DadError } from "@dad/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NodeOutcome } from "../engine.ts";
import { call, completed, deaf, unaborted, untilAborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

/** Over at once: what is said of such an attempt must not depend on how long the grace is. */
const graceMs = 1;

export function abandonmentContract({ create }: EngineSubject): void {
  describe("an attempt that does not react to its signal", () => {
    it("is cancelled when its grace is over, with an error that names it and says why it was aborted", async () => {
      const engine = await create({ graceMs });
      const controller = new AbortController();
      const reason = new Error("Ctrl-C");
      const { outcome } = await engine.drive(
        async ({ start, waitAny }) => {
          const handle = start(call("agent.deaf", { attempt: 2 }));
          await setImmediate();
          controller.abort(reason);
          return waitAny([handle]);
        },
        { execute: deaf, signal: controller.signal },
      );
      expect(outcome).toMatchObject({ status: "cancelled", error: { code: "ATTEMPT_ABANDONED", details: { path: "agent.deaf", attempt: 2 } } });
      const error = errorOf(outcome);
      expect(error?.message).toContain("attempt 2 of node agent.deaf");
      expect(error?.cause).toBe(reason);
    });

    it("leaves the attempts beside it as they are", async () => {
      const engine = await create({ graceMs });
      const controller = new AbortController();
      const [quick, deaf, obedient] = await engine.drive(
        async ({ start, waitAny }) => {
          const handles = ["quick", "deaf", "obedient"].map((path) => start(call(path)));
          await waitAny(handles.slice(0, 1));
          controller.abort("stop");
          const outcomes: NodeOutcome[] = [];
          for (const handle of handles) outcomes.push((await waitAny([handle])).outcome);
          return outcomes;
        },
        {
          signal: controller.signal,
          execute: async (given, options) => {
            if (given.path === "quick") return completed("done");
            return given.path === "deaf" ? new Promise(() => {}) : untilAborted(given, options);
          },
        },
      );
      expect([quick, obedient]).toEqual([completed("done"), { status: "cancelled", error: "stop" }]);
      expect(errorOf(deaf)?.code).toBe("ATTEMPT_ABANDONED");
    });

    it.each(["returns", "throws"])("does not keep a drive from ending whose interpreter %s", async (how) => {
      const engine = await create({ graceMs });
      let forgotten: Promise<{ readonly outcome: NodeOutcome }> | undefined;
      const driven = engine.drive(
        async ({ start, waitAny }) => {
          forgotten = waitAny([start(call("agent.deaf"))]);
          await setImmediate();
          if (how === "throws") throw new Error("the result");
          return "the result";
        },
        { execute: deaf, signal: unaborted },
      );
      expect(await driven.catch((error: unknown) => (error as Error).message)).toBe("the result");
      const error = errorOf((await forgotten)?.outcome);
      expect([error?.code, (error?.cause as Error | undefined)?.name]).toEqual(["ATTEMPT_ABANDONED", "AbortError"]);
    });

    it.each(["completes", "rejects"])("is ignored when it %s later", async (how) => {
      const engine = await create({ graceMs });
      const controller = new AbortController();
      const late = Promise.withResolvers<NodeOutcome>();
      const unhandled: unknown[] = [];
      const onUnhandled = (reason: unknown) => unhandled.push(reason);
      process.on("unhandledRejection", onUnhandled);
      onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
      const [before, after] = await engine.drive(
        async ({ start, waitAny }) => {
          const handle = start(call("agent.late"));
          await setImmediate();
          controller.abort();
          const before = await waitAny([handle]);
          if (how === "completes") late.resolve(completed("too late"));
          else late.reject(new Error("too late"));
          await setImmediate();
          return [before, await waitAny([handle])] as const;
        },
        { execute: () => late.promise, signal: controller.signal },
      );
      expect(errorOf(before.outcome)?.code).toBe("ATTEMPT_ABANDONED");
      expect(after).toEqual(before);
      expect(unhandled).toEqual([]);
    });
  });
}

function errorOf(outcome: NodeOutcome | undefined): DadError | undefined {
  return outcome?.status === "cancelled" && DadError.is(outcome.error) ? outcome.error : undefined;
}
