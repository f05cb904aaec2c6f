import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { NodeHandle } from "../engine.ts";
import { allOf, call, completed, deaf, echo, manual, told, unaborted, untilAborted } from "./calls.ts";
import { driveStrands } from "./strands.ts";
import type { EngineSubject } from "./subject.ts";

const anHour = 3_600_000;

export function replayContract(subject: EngineSubject): void {
  describe("a replay", () => {
    recordContract(subject);
    strandsContract(subject);
  });
}

function recordContract({ create }: EngineSubject): void {
  it("tells recorded attempts in the order of the record, and before all others", async () => {
    const engine = await create();
    const outcomes = await engine.drive(
      async (context) => {
        for (const path of ["new", "a", "b", "c"]) context.start(call(path));
        return told(context, 4);
      },
      { execute: echo, signal: unaborted, replay: recordOf("b", "c", "a") },
    );
    expect(Object.keys(outcomes)).toEqual(["b", "c", "a", "new"]);
  });

  it("waits for a recorded attempt, also when others have settled before", async () => {
    const engine = await create();
    const { execute, end } = manual();
    const outcomes = await engine.drive(
      async (context) => {
        for (const path of ["new", "a", "b"]) context.start(call(path));
        const waiting = told(context, 3);
        for (const path of ["new", "b", "a"]) {
          await setImmediate();
          end(path);
        }
        return waiting;
      },
      { execute, signal: unaborted, replay: recordOf("a", "b") },
    );
    expect(Object.keys(outcomes)).toEqual(["a", "b", "new"]);
  });

  it("does not wait for a recorded attempt that is not started, and takes its turn when it is", async () => {
    const engine = await create();
    const orders = await engine.drive(
      async (context) => [await allOf(call("c"), call("new"))(context), await allOf(call("newer"), call("b"), call("a"))(context)],
      { execute: echo, signal: unaborted, replay: recordOf("a", "b", "c", "removed") },
    );
    expect(orders.map((outcomes) => Object.keys(outcomes))).toEqual([
      ["c", "new"],
      ["a", "b", "newer"],
    ]);
  });

  it("tells apart attempts of one path", async () => {
    const engine = await create();
    const attempts = await engine.drive(
      async ({ start, next }) => {
        for (const attempt of [1, 2, 3]) start(call("agent", { attempt }));
        const attempts: number[] = [];
        while (attempts.length < 3) attempts.push((await next()).handle.attempt);
        return attempts;
      },
      { execute: echo, signal: unaborted, replay: [2, 1].map((attempt) => ({ ...call("agent"), attempt })) },
    );
    expect(attempts).toEqual([2, 1, 3]);
  });

  it("gives recorded attempts no time again, and executes them with their calls whole", async () => {
    const engine = await create();
    const waits = call("waits", { delayMs: anHour, restMs: anHour });
    const { waits: outcome } = await engine.drive(allOf(waits), {
      execute: async (given) => completed(given === waits),
      signal: unaborted,
      replay: recordOf("waits"),
    });
    expect(outcome).toEqual(completed(true));
  });

  it("lets recorded attempts give what they gave, however long that takes and though they are cancelled", async () => {
    const engine = await create();
    const reached = Promise.withResolvers<void>();
    const { execute, end } = manual();
    const outcomes = await engine.drive(
      async (context) => {
        context.start(call("timed", { timeoutMs: 1 }));
        context.start(call("soon", { delayMs: 20 }));
        context.cancel(context.start(call("cancelled")), "as before");
        const waiting = told(context, 3);
        await reached.promise;
        for (const path of ["cancelled", "timed"]) end(path);
        return waiting;
      },
      {
        execute: (given, options) => {
          if (given.path === "soon") reached.resolve();
          return given.path === "soon" ? echo(given, options) : execute(given, options);
        },
        signal: unaborted,
        replay: recordOf("timed", "cancelled"),
      },
    );
    expect(outcomes).toMatchObject({ timed: completed("timed"), cancelled: completed("cancelled"), soon: { status: "completed" } });
  });

  it("aborts recorded attempts with the drive", async () => {
    const engine = await create({ graceMs: 1 });
    const controller = new AbortController();
    const outcomes = await engine.drive(
      async (context) => {
        for (const path of ["obedient", "deaf"]) context.start(call(path));
        await setImmediate();
        controller.abort("stop");
        return told(context, 2);
      },
      {
        execute: (given, options) => (given.path === "deaf" ? deaf : untilAborted)(given, options),
        signal: controller.signal,
        replay: recordOf("deaf", "obedient"),
      },
    );
    expect(Object.entries(outcomes)).toMatchObject([
      ["deaf", { status: "cancelled", error: { code: "ATTEMPT_ABANDONED" } }],
      ["obedient", { status: "cancelled", error: "stop" }],
    ]);
  });
}

function strandsContract({ create }: EngineSubject): void {
  it.each([1, 2, 3, 4, 5, 6])(
    "from any prefix of the record makes the same calls in the same order, and ends with the same (program %d)",
    async (program) => {
      const live = await driveStrands(await create(), { program, timing: 0 });
      const calls = callsOf(live.lines);
      for (let length = 0; length <= live.told.length; length += 1) {
        const record = live.told.slice(0, length);
        const again = await driveStrands(await create(), { program, timing: length + 1, record });
        expect(upTo(length, again.lines)).toEqual(upTo(length, live.lines));
        expect(callsOf(again.lines)).toEqual(calls);
      }
    },
  );
}

/** What was done until something was told that is not in the record. */
function upTo(length: number, lines: readonly string[]): readonly string[] {
  const tellings = lines.flatMap((line, index) => (line.startsWith("told ") ? [index] : []));
  return lines.slice(0, tellings[length]);
}

/** Which attempts were started. What they are given may depend on the order in which others were told. */
function callsOf(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => line.startsWith("start "))
    .map((line) => line.replace(/"settings":\d+/, ""))
    .toSorted();
}

function recordOf(...paths: readonly string[]): readonly NodeHandle[] {
  return paths.map((path) => call(path));
}
