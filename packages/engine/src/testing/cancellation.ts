import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { NodeExecutor } from "../engine.ts";
import { call, completed, echo, unaborted, untilAborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function cancellationContract({ create }: EngineSubject): void {
  describe("an abort", () => {
    it("reaches the attempts, and the interpreter gets them as cancelled", async () => {
      const engine = await create();
      const controller = new AbortController();
      const reason = new Error("Ctrl-C");
      const outcomes = await engine.drive(
        async ({ start, waitAny, signal }) => {
          const handles = ["a", "b"].map((path) => start(call(path)));
          setImmediateAbort(controller, reason);
          const outcomes = [];
          for (const handle of handles) outcomes.push((await waitAny([handle])).outcome);
          expect(signal.aborted).toBe(true);
          return outcomes;
        },
        { execute: untilAborted, signal: controller.signal },
      );
      expect(outcomes).toEqual([
        { status: "cancelled", error: reason },
        { status: "cancelled", error: reason },
      ]);
    });

    it("makes cancelled whatever an attempt throws because of it, and leaves completed what completes nevertheless", async () => {
      const engine = await create();
      const controller = new AbortController();
      const cleanup = new Error("killed the child");
      const execute: NodeExecutor = async (given, options) => {
        await untilAborted(given, options).catch(() => {});
        if (given.path === "stubborn") return completed("done anyway");
        throw cleanup;
      };
      const outcomes = await engine.drive(
        async ({ start, waitAny }) => {
          const [stubborn, killed] = [start(call("stubborn")), start(call("killed"))];
          setImmediateAbort(controller);
          return [(await waitAny([stubborn])).outcome, (await waitAny([killed])).outcome];
        },
        { execute, signal: controller.signal },
      );
      expect(outcomes).toEqual([completed("done anyway"), { status: "cancelled", error: cleanup }]);
    });

    it("keeps attempts that are started afterwards from being executed", async () => {
      const engine = await create();
      let executed = 0;
      const outcome = await engine.drive(async ({ start, waitAny }) => (await waitAny([start(call("agent"))])).outcome, {
        execute: async () => completed(++executed),
        signal: AbortSignal.abort("too late"),
      });
      expect([outcome, executed]).toEqual([{ status: "cancelled", error: "too late" }, 0]);
    });
  });

  describe("the end of the interpreter", () => {
    it.each(["returns", "throws"])("that %s aborts the attempts that still go and waits for them", async (how) => {
      const engine = await create();
      const log: string[] = [];
      const execute: NodeExecutor = async (given, options) => {
        await untilAborted(given, options).catch(() => log.push(`${given.path} aborted`));
        await setImmediate();
        log.push(`${given.path} settled`);
        throw new Error("must not change the result");
      };
      const driven = engine.drive(
        async ({ start }) => {
          start(call("a"));
          start(call("b"));
          await setImmediate();
          log.push(how);
          if (how === "throws") throw new Error("the result");
          return "the result";
        },
        { execute, signal: unaborted },
      );
      const result = await driven.catch((error: unknown) => (error as Error).message);
      log.push("drive ended");
      expect(result).toBe("the result");
      expect(log).toEqual([how, "a aborted", "b aborted", "a settled", "b settled", "drive ended"]);
    });

    it("does not abort the signal that it was given", async () => {
      const engine = await create();
      const controller = new AbortController();
      await engine.drive(async ({ start }) => void start(call("agent")), { execute: echo, signal: controller.signal });
      expect(controller.signal.aborted).toBe(false);
    });

    it("lets a wait that nobody awaited settle too", async () => {
      const engine = await create();
      let forgotten: Promise<unknown> | undefined;
      await engine.drive(
        async ({ start, waitAny }) => {
          forgotten = waitAny([start(call("agent"))]);
          await setImmediate();
        },
        { execute: untilAborted, signal: unaborted },
      );
      expect(await forgotten).toMatchObject({ outcome: { status: "cancelled" } });
    });
  });
}

function setImmediateAbort(controller: AbortController, reason?: unknown): void {
  void setImmediate().then(() => controller.abort(reason));
}
