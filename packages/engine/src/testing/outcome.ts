import { digestOfJson, NodePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { NodeCall, NodeOutcome } from "../engine.ts";
import { allOf, call, completed, echo, unaborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function outcomeContract({ create }: EngineSubject): void {
  describe("a drive", () => {
    it("gives what the interpreter returns", async () => {
      const engine = await create();
      expect(await engine.drive(async () => ({ answer: 42 }), { execute: echo, signal: unaborted })).toEqual({ answer: 42 });
    });

    it.each(["throws", "rejects"])("fails as the interpreter does that %s", async (how) => {
      const engine = await create();
      const error = new Error("the interpreter failed");
      const interpret = () => {
        if (how === "throws") throw error;
        return Promise.reject(error);
      };
      await expect(engine.drive(interpret, { execute: echo, signal: unaborted })).rejects.toBe(error);
    });

    it("claims only what this suite proves", async () => {
      // The first durable engine brings the proof of it: a drive that goes on in a new process.
      expect((await create()).capabilities).toEqual({ durable: false, distributed: false });
    });
  });

  describe("an attempt", () => {
    it("gets its call whole, and its outcome comes back with its own handle", async () => {
      const engine = await create();
      const whole: Required<NodeCall> = {
        ...call("agent.node1", { attempt: 2, settings: { deep: [1, { x: null }] } }),
        input: "given",
        untrusted: true,
        asks: ["depth"],
        record: { outcome: "answer.txt" },
        fingerprint: { digest: digestOfJson("it"), code: { type: "step", version: "1" } },
        reads: [NodePath.parse("agent.node0")],
        decidedBy: [NodePath.parse("agent.node0")],
        reuse: NodePath.parse("agent.node1"),
        idempotencyKey: "run:agent.node1",
        delayMs: 0,
        timeoutMs: 60_000,
        restMs: 0,
      };
      const given: NodeCall[] = [];
      const settled = await engine.drive(
        async ({ start, next }) => {
          const handle = start(whole);
          const settled = await next();
          expect(settled.handle).toBe(handle);
          return settled;
        },
        {
          signal: unaborted,
          execute: async (call) => {
            given.push(call);
            return completed("done");
          },
        },
      );
      expect(given).toEqual([whole]);
      expect(settled).toEqual({ handle: { path: "agent.node1", attempt: 2 }, outcome: completed("done") });
    });

    it.each<NodeOutcome>([completed(null), { status: "failed", error: new Error("said so") }, { status: "cancelled", error: "said so" }])(
      "that says it is $status is",
      async (outcome) => {
        const engine = await create();
        const outcomes = await engine.drive(allOf(call("agent")), { execute: async () => outcome, signal: unaborted });
        expect(outcomes).toEqual({ agent: outcome });
      },
    );

    it.each(["throws", "rejects"])("whose executor %s has failed, and the drive goes on", async (how) => {
      const engine = await create();
      const error = new Error("the node failed");
      const execute = ({ path }: NodeCall): Promise<NodeOutcome> => {
        if (path === "good") return Promise.resolve(completed("good"));
        if (how === "throws") throw error;
        return Promise.reject(error);
      };
      const outcomes = await engine.drive(async (context) => [await allOf(call("bad"))(context), await allOf(call("good"))(context)], {
        execute,
        signal: unaborted,
      });
      expect(outcomes).toEqual([{ bad: { status: "failed", error } }, { good: completed("good") }]);
    });

    it("may be followed by another of the same path", async () => {
      const engine = await create();
      const outcomes = await engine.drive(
        async ({ start, next }) => {
          const outcomes: NodeOutcome[] = [];
          for (const attempt of [1, 2, 5]) {
            start(call("agent.node1", { attempt }));
            outcomes.push((await next()).outcome);
          }
          return outcomes;
        },
        { execute: async ({ attempt }) => (attempt < 3 ? { status: "failed", error: attempt } : completed(attempt)), signal: unaborted },
      );
      expect(outcomes).toEqual([{ status: "failed", error: 1 }, { status: "failed", error: 2 }, completed(5)]);
    });
  });
}
