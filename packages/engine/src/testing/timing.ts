import { setImmediate, setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Engine, EngineContext, NodeCall, NodeExecutor, NodeOutcome, Settled } from "../engine.ts";
import { allOf, call, completed, echo, manual, told, unaborted, untilAborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

/** No test waits for it: it ends by something else. */
const anHour = 3_600_000;

/** How an attempt is stopped while it waits. */
const STOPS = ["the drive is aborted", "it is cancelled", "the interpreter ends"] as const;

export function timingContract(subject: EngineSubject): void {
  describe("a delay", () => {
    delayContract(subject);
  });
  describe("a timeout", () => {
    timeoutContract(subject);
  });
  describe("a rest", () => {
    restContract(subject);
  });
}

function delayContract({ create }: EngineSubject): void {
  it("lets attempts that were started later be executed before", async () => {
    const engine = await create();
    const outcomes = await engine.drive(allOf(call("late", { delayMs: 20 }), call("later", { delayMs: 40 }), call("now")), {
      execute: echo,
      signal: unaborted,
    });
    expect(Object.keys(outcomes)).toEqual(["now", "late", "later"]);
  });

  it("may be longer than a timer can wait", async () => {
    const engine = await create();
    const executed: string[] = [];
    await engine.drive(
      async (context) => {
        context.start(call("next.month", { delayMs: 2 ** 31 }));
        await allOf(call("soon", { delayMs: 5 }))(context);
      },
      { execute: async ({ path }) => completed(executed.push(path)), signal: unaborted },
    );
    expect(executed).toEqual(["soon"]);
  });

  it.each(STOPS)("ends at once when %s, and the attempt is cancelled and not executed", async (how) => {
    let executed = 0;
    const outcome = await stopped(await create(), how, { call: call("agent", { delayMs: anHour }), execute: async () => completed(++executed) });
    expect([outcome.status, executed]).toEqual(["cancelled", 0]);
  });
}

function timeoutContract({ create }: EngineSubject): void {
  it("aborts the attempt and makes it fail, with an error that names it and allows another try", async () => {
    const engine = await create();
    let reason: unknown;
    const { agent } = await engine.drive(allOf(call("agent", { attempt: 2, timeoutMs: 5 })), {
      signal: unaborted,
      execute: (given, options) => untilAborted(given, options).finally(() => (reason = options.signal.reason)),
    });
    const error = { code: "NODE_TIMEOUT", retryable: true, details: { path: "agent", attempt: 2, timeoutMs: 5 } };
    expect(agent).toMatchObject({ status: "failed", error });
    expect(reason).toMatchObject(error);
    expect((agent as { error: Error }).error.cause).toBeUndefined();
  });

  it.each<[string, (cleanup: Error) => NodeOutcome]>([
    [
      "throws",
      (cleanup) => {
        throw cleanup;
      },
    ],
    ["reports as failed", (error) => ({ status: "failed", error })],
    ["reports as cancelled", (error) => ({ status: "cancelled", error })],
  ])("is why the attempt failed, with what it %s then as the cause", async (_how, end) => {
    const engine = await create();
    const cleanup = new Error("killed the child");
    const execute: NodeExecutor = (given, options) => untilAborted(given, options).catch(() => end(cleanup));
    const { agent } = await engine.drive(allOf(call("agent", { timeoutMs: 5 })), { execute, signal: unaborted });
    expect(agent).toMatchObject({ status: "failed", error: { code: "NODE_TIMEOUT" } });
    expect((agent as { error: Error }).error.cause).toBe(cleanup);
  });

  it("leaves completed what completes nevertheless", async () => {
    const engine = await create();
    const execute: NodeExecutor = (given, options) => untilAborted(given, options).catch(() => completed("just so"));
    expect(await engine.drive(allOf(call("agent", { timeoutMs: 5 })), { execute, signal: unaborted })).toEqual({ agent: completed("just so") });
  });

  it("counts from when the executor runs, not from the start of a delay", async () => {
    const engine = await create();
    const delayed = call("agent", { delayMs: 60, timeoutMs: 30 });
    expect((await engine.drive(allOf(delayed), { execute: echo, signal: unaborted })).agent?.status).toBe("completed");
  });

  it("stands still while somebody holds it, however many do, and then begins anew", async () => {
    const engine = await create();
    const execute: NodeExecutor = async (given, options) => {
      const holds = [options.hold?.(), options.hold?.()];
      await setTimeout(60);
      holds[0]?.[Symbol.dispose]();
      holds[0]?.[Symbol.dispose]();
      await setTimeout(60);
      if (options.signal.aborted) return completed("aborted while it was held");
      holds[1]?.[Symbol.dispose]();
      return untilAborted(given, options);
    };
    const { agent } = await engine.drive(allOf(call("agent", { timeoutMs: 30 })), { execute, signal: unaborted });
    expect(agent).toMatchObject({ status: "failed", error: { code: "NODE_TIMEOUT" } });
  });

  it("is over with the attempt, whoever holds it still or lets go of it later", async () => {
    const engine = await create();
    const held: Disposable[] = [];
    const reasons: unknown[] = [];
    const execute: NodeExecutor = async (_given, { hold, signal }) => {
      signal.addEventListener("abort", () => void reasons.push(signal.reason));
      const own = hold?.();
      if (own) held.push(own);
      return completed("done");
    };
    await engine.drive(allOf(call("one", { timeoutMs: 5 }), call("two")), { execute, signal: unaborted });
    for (const own of held) own[Symbol.dispose]();
    await setTimeout(20);
    expect(reasons).toEqual([]);
  });

  it("does not make failed what was aborted before", async () => {
    const engine = await create();
    const outcome = await stopped(engine, "it is cancelled", { call: call("agent", { timeoutMs: anHour }), execute: untilAborted });
    expect(outcome.status).toBe("cancelled");
  });
}

function restContract({ create }: EngineSubject): void {
  it("lets an attempt that completed later settle before", async () => {
    const engine = await create();
    const { execute, end } = manual();
    const outcomes = await engine.drive(
      async (context) => {
        context.start(call("rests", { restMs: 20 }));
        context.start(call("goes.on"));
        end("rests");
        await setImmediate();
        end("goes.on");
        return told(context, 2);
      },
      { execute, signal: unaborted },
    );
    expect(Object.entries(outcomes)).toEqual([
      ["goes.on", completed("goes.on")],
      ["rests", completed("rests")],
    ]);
  });

  it("is only for what completed", async () => {
    const engine = await create();
    const failed: NodeOutcome = { status: "failed", error: "no" };
    expect(await engine.drive(allOf(call("agent", { restMs: anHour })), { execute: async () => failed, signal: unaborted })).toEqual({
      agent: failed,
    });
  });

  it.each(STOPS)("ends at once when %s, and the attempt stays completed", async (how) => {
    const outcome = await stopped(await create(), how, { call: call("agent", { restMs: anHour }), execute: echo });
    expect(outcome.status).toBe("completed");
  });
}

interface Stopping {
  readonly call: NodeCall;
  readonly execute: NodeExecutor;
}

/** What becomes of an attempt that is stopped a moment after it was started. */
async function stopped(engine: Engine, how: (typeof STOPS)[number], { call, execute }: Stopping): Promise<NodeOutcome> {
  const controller = new AbortController();
  let waiting: Promise<Settled> | undefined;
  const interpret = async ({ start, next, cancel }: EngineContext) => {
    const handle = start(call);
    waiting = next();
    await setImmediate();
    if (how === "the interpreter ends") return;
    if (how === "it is cancelled") cancel(handle, "stop");
    else controller.abort("stop");
    await waiting;
  };
  await engine.drive(interpret, { execute, signal: controller.signal });
  if (!waiting) throw new Error("the interpreter did not run");
  return (await waiting).outcome;
}
