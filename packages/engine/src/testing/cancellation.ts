import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { EngineContext, NodeExecutor } from "../engine.ts";
import { allOf, call, completed, echo, told, unaborted, untilAborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function cancellationContract(subject: EngineSubject): void {
  describe("an abort", () => {
    abortContract(subject);
  });
  describe("a cancelled attempt", () => {
    scopedContract(subject);
  });
  describe("the end of the interpreter", () => {
    endContract(subject);
  });
}

function abortContract({ create }: EngineSubject): void {
  it("reaches the attempts, and the interpreter gets them as cancelled", async () => {
    const engine = await create();
    const controller = new AbortController();
    const reason = new Error("Ctrl-C");
    const outcomes = await engine.drive(
      async (context) => {
        for (const path of ["a", "b"]) context.start(call(path));
        setImmediateAbort(controller, reason);
        return told(context, 2);
      },
      { execute: untilAborted, signal: controller.signal },
    );
    expect(outcomes).toEqual({ a: { status: "cancelled", error: reason }, b: { status: "cancelled", error: reason } });
  });

  it("makes cancelled whatever an attempt throws because of it, and leaves completed what completes nevertheless", async () => {
    const engine = await create();
    const controller = new AbortController();
    const cleanup = new Error("killed the child");
    const outcomes = await engine.drive(
      async (context) => {
        for (const path of ["stubborn", "killed"]) context.start(call(path));
        setImmediateAbort(controller);
        return told(context, 2);
      },
      { execute: stubbornOr(cleanup), signal: controller.signal },
    );
    expect(outcomes).toEqual({ stubborn: completed("done anyway"), killed: { status: "cancelled", error: cleanup } });
  });

  it("keeps attempts that are started afterwards from being executed", async () => {
    const engine = await create();
    let executed = 0;
    const outcomes = await engine.drive(allOf(call("agent"), call("agent.later", { delayMs: 3_600_000 })), {
      execute: async () => completed(++executed),
      signal: AbortSignal.abort("too late"),
    });
    const cancelled = { status: "cancelled", error: "too late" };
    expect([outcomes, executed]).toEqual([{ agent: cancelled, "agent.later": cancelled }, 0]);
  });
}

function scopedContract({ create }: EngineSubject): void {
  const drive = async <Result>(interpret: (context: EngineContext) => Promise<Result>, execute: NodeExecutor) =>
    (await create()).drive(interpret, { execute, signal: unaborted });

  it("is told with the reason, in its turn, and the attempts beside it go on", async () => {
    const release = Promise.withResolvers<void>();
    const outcomes = await drive(
      async (context) => {
        const [left] = ["left", "right"].map((path) => context.start(call(path)));
        await setImmediate();
        if (left) context.cancel(left, "not needed");
        const first = await told(context, 1);
        release.resolve();
        return [first, await told(context, 1)];
      },
      (given, options) => (given.path === "left" ? untilAborted(given, options) : release.promise.then(() => completed("whole"))),
    );
    expect(outcomes).toEqual([{ left: { status: "cancelled", error: "not needed" } }, { right: completed("whole") }]);
  });

  it("has its signal aborted when cancel returns", async () => {
    let signal: AbortSignal | undefined;
    await drive(
      async ({ start, cancel }) => {
        const handle = start(call("agent"));
        await setImmediate();
        expect(signal?.aborted).toBe(false);
        cancel(handle, "now");
        expect([signal?.aborted, signal?.reason]).toEqual([true, "now"]);
      },
      (given, options) => ((signal = options.signal), untilAborted(given, options)),
    );
  });

  it("is not executed when it was not yet", async () => {
    let executed = 0;
    const outcomes = await drive(
      async (context) => {
        context.cancel(context.start(call("agent")), "changed my mind");
        return told(context, 1);
      },
      async () => completed(++executed),
    );
    expect([outcomes, executed]).toEqual([{ agent: { status: "cancelled", error: "changed my mind" } }, 0]);
  });

  it("may complete nevertheless", async () => {
    const cleanup = new Error("killed the child");
    const outcomes = await drive(async (context) => {
      const handles = ["stubborn", "killed"].map((path) => context.start(call(path)));
      await setImmediate();
      for (const handle of handles) context.cancel(handle, "stop");
      return told(context, 2);
    }, stubbornOr(cleanup));
    expect(outcomes).toEqual({ stubborn: completed("done anyway"), killed: { status: "cancelled", error: cleanup } });
  });

  it("stays as it is when it has settled or was told, and keeps its first reason", async () => {
    const outcomes = await drive(
      async (context) => {
        const handles = ["quick", "slow"].map((path) => context.start(call(path)));
        await setImmediate();
        const cancelAll = (reason: string) => handles.forEach((handle) => context.cancel(handle, reason));
        cancelAll("first");
        cancelAll("second");
        const outcomes = await told(context, 2);
        cancelAll("third");
        return outcomes;
      },
      (given, options) => (given.path === "quick" ? echo(given, options) : untilAborted(given, options)),
    );
    expect(outcomes).toMatchObject({ quick: { status: "completed" }, slow: { status: "cancelled", error: "first" } });
  });
}

function endContract({ create }: EngineSubject): void {
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
      async ({ start, next }) => {
        start(call("agent"));
        forgotten = next();
        await setImmediate();
      },
      { execute: untilAborted, signal: unaborted },
    );
    expect(await forgotten).toMatchObject({ outcome: { status: "cancelled" } });
  });
}

/** Once it is aborted, the attempt `stubborn` completes, and every other throws this. */
function stubbornOr(error: Error): NodeExecutor {
  return async (given, { signal }) => {
    await once(signal, "abort");
    if (given.path === "stubborn") return completed("done anyway");
    throw error;
  };
}

function setImmediateAbort(controller: AbortController, reason?: unknown): void {
  void setImmediate().then(() => controller.abort(reason));
}
