import { setImmediate } from "node:timers/promises";
import { DadError } from "@dad/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NodeOutcome } from "../engine.ts";
import { allOf, call, completed, deaf, told, unaborted, untilAborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

/** Over at once: what is said of such an attempt must not depend on how long the grace is. */
const graceMs = 1;

export function abandonmentContract({ create }: EngineSubject): void {
  describe("an attempt that does not react to its signal", () => {
    it.each(["the drive is aborted", "it is cancelled"])(
      "is cancelled when its grace is over after %s, with an error that names it and says why",
      async (how) => {
        const engine = await create({ graceMs });
        const controller = new AbortController();
        const reason = new Error("Ctrl-C");
        const outcomes = await engine.drive(
          async (context) => {
            const handle = context.start(call("agent.deaf", { attempt: 2 }));
            await setImmediate();
            if (how === "it is cancelled") context.cancel(handle, reason);
            else controller.abort(reason);
            return told(context, 1);
          },
          { execute: deaf, signal: controller.signal },
        );
        const { status, error } = abandonmentOf(outcomes["agent.deaf"]);
        expect([status, error.details]).toEqual(["cancelled", { path: "agent.deaf", attempt: 2, graceMs }]);
        expect(error.message).toContain("attempt 2 of node agent.deaf");
        expect(error.cause).toBe(reason);
      },
    );

    it("has failed when it was timed out, and may not be tried again beside itself", async () => {
      const engine = await create({ graceMs });
      const outcomes = await engine.drive(allOf(call("agent.deaf", { timeoutMs: 1 })), { execute: deaf, signal: unaborted });
      const { status, error } = abandonmentOf(outcomes["agent.deaf"]);
      expect([status, error.retryable]).toEqual(["failed", false]);
      expect(error.cause).toMatchObject({ code: "NODE_TIMEOUT" });
    });

    it("leaves the attempts beside it as they are", async () => {
      const engine = await create({ graceMs });
      const controller = new AbortController();
      const { quick, deaf, obedient } = await engine.drive(
        async (context) => {
          for (const path of ["quick", "deaf", "obedient"]) context.start(call(path));
          const quick = await told(context, 1);
          controller.abort("stop");
          return { ...quick, ...(await told(context, 2)) };
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
      expect(abandonmentOf(deaf).status).toBe("cancelled");
    });

    it.each(["returns", "throws"])("does not keep a drive from ending whose interpreter %s", async (how) => {
      const engine = await create({ graceMs });
      let forgotten: Promise<{ readonly outcome: NodeOutcome }> | undefined;
      const driven = engine.drive(
        async ({ start, next }) => {
          start(call("agent.deaf"));
          forgotten = next();
          await setImmediate();
          if (how === "throws") throw new Error("the result");
          return "the result";
        },
        { execute: deaf, signal: unaborted },
      );
      expect(await driven.catch((error: unknown) => (error as Error).message)).toBe("the result");
      expect(abandonmentOf((await forgotten)?.outcome).error.cause).toMatchObject({ name: "AbortError" });
    });

    it.each(["completes", "rejects"])("is ignored when it %s later", async (how) => {
      const engine = await create({ graceMs });
      const controller = new AbortController();
      const late = Promise.withResolvers<NodeOutcome>();
      const unhandled: unknown[] = [];
      const onUnhandled = (reason: unknown) => unhandled.push(reason);
      process.on("unhandledRejection", onUnhandled);
      onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
      const outcomes = await engine.drive(
        async (context) => {
          context.start(call("agent.late"));
          await setImmediate();
          controller.abort();
          const outcomes = await told(context, 1);
          if (how === "completes") late.resolve(completed("too late"));
          else late.reject(new Error("too late"));
          await setImmediate();
          await expect(context.next()).rejects.toThrow(TypeError);
          return outcomes;
        },
        { execute: () => late.promise, signal: controller.signal },
      );
      expect(abandonmentOf(outcomes["agent.late"]).status).toBe("cancelled");
      expect(unhandled).toEqual([]);
    });
  });
}

function abandonmentOf(outcome: NodeOutcome | undefined): { readonly status: NodeOutcome["status"]; readonly error: DadError } {
  if (outcome?.status === "completed" || !DadError.is(outcome?.error, "ATTEMPT_ABANDONED"))
    throw new Error(`not abandoned: ${JSON.stringify(outcome)}`);
  return { status: outcome.status, error: outcome.error };
}
