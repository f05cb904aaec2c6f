import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { NodePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { Interception, InterceptOptions, NamedInterception, NodeExecuted, NodeToExecute } from "../event-bus.ts";
import { collect, never, runId } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

const node: NodeToExecute = { runId, path: NodePath.parse("agent.flow1.node1"), attempt: 1, nodeType: "test", settings: { text: ["a"] } };
const executed: NodeExecuted = { ...node, output: { n: 1 } };
const accept = (decided: NamedInterception) => decided;
const fail = () => {
  throw new Error("the policy cannot be read");
};

const failures: Readonly<Record<string, () => Interception | Promise<Interception>>> = {
  throws: fail,
  rejects: async () => fail(),
  hangs: never,
  "decides in no form": () => ({ veto: "" }),
};

export function interceptContract({ create }: EventBusSubject): void {
  describe("interceptors", () => {
    it("are asked in the order of registration, those of the path, until one decides", async () => {
      await using bus = await create(ROOMY);
      const asked: string[] = [];
      bus.intercept("agent.flow2.**", { before: () => ({ veto: "another path" }) });
      bus.intercept("agent.**", {
        before(given, { signal }) {
          expect([given, signal.aborted]).toEqual([node, false]);
          asked.push("first");
        },
      });
      bus.intercept("**.node1", { before: async () => setImmediate({ replace: null, reason: "known" }) }, { name: "memo" });
      bus.intercept("**", { before: () => void asked.push("never") });
      expect(await bus.ask("node.before", node, { accept })).toEqual({ replace: null, reason: "known", by: "memo" });
      expect(asked).toEqual(["first"]);
    });

    it("are asked before a node, after it, or both, as they want", async () => {
      await using bus = await create(ROOMY);
      expect(await bus.ask("node.before", node, { accept })).toBeUndefined();
      bus.intercept("**", { before: () => undefined, after: ({ output }) => ({ veto: JSON.stringify(output) }) });
      expect(await bus.ask("node.before", node, { accept })).toBeUndefined();
      expect(await bus.ask("node.after", executed, { accept })).toEqual({ veto: '{"n":1}', by: "interceptor" });
    });

    it("can change nothing of the node but by what they decide, and see it as it was when they were asked", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      const mine = structuredClone(executed) as { output: { n: number } } & NodeExecuted;
      bus.intercept("**", { after: (given) => void ((given.output as { n: number }).n = 2) });
      bus.intercept("**", { after: async (given) => ({ replace: await setImmediate(given.output), reason: "seen" }) });
      const asking = bus.ask("node.after", mine, { accept });
      mine.output.n = 3;
      expect(await asking).toMatchObject({ replace: { n: 1 } });
      expect(mine.output).toEqual({ n: 3 });
      expect(told).toHaveLength(1);
    });

    it("run in the async context of who registered them, and with their own state", async () => {
      await using bus = await create(ROOMY);
      const who = new AsyncLocalStorage<string>();
      const interceptor = {
        name: "mine",
        before() {
          return { veto: `${this.name} of ${who.getStore()}` };
        },
      };
      who.run("owner", () => bus.intercept("**", interceptor));
      expect(await who.run("run", () => bus.ask("node.before", node, { accept }))).toMatchObject({ veto: "mine of owner" });
    });

    it("decide no more once they are taken back, or their signal is aborted", async () => {
      await using bus = await create(ROOMY);
      const controller = new AbortController();
      const veto = { before: () => ({ veto: "no" }), after: () => ({ veto: "no" }) };
      {
        using _registration = bus.intercept("**", veto);
      }
      bus.intercept("**", veto, { signal: controller.signal });
      bus.intercept("**", veto, { signal: AbortSignal.abort() });
      controller.abort();
      expect(await bus.ask("node.before", node, { accept })).toBeUndefined();
      expect(await bus.ask("node.after", executed, { accept })).toBeUndefined();
    });

    it.each<readonly [string, "before" | "after" | undefined, InterceptOptions]>([
      ["agent..node1", "before", {}],
      ["iter_*", "after", {}],
      ["**", undefined, {}],
      ["**", "before", { timeoutMs: -1 }],
      ["**", "before", { name: "" }],
    ])("of %j with %s and %j are refused", async (path, when, options) => {
      await using bus = await create(ROOMY);
      expect(() => bus.intercept(path, when === undefined ? {} : { [when]: () => undefined }, options)).toThrow(TypeError);
    });
  });

  describe.each(Object.keys(failures))("an interceptor that %s", (how) => {
    it("is reported, and the next one is asked", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      bus.intercept("**", { before: failures[how]!, after: failures[how]! }, { timeoutMs: 1, name: "policy" });
      expect(await bus.ask("node.before", node, { accept })).toBeUndefined();
      bus.intercept("**", { after: () => ({ veto: "by the next" }) });
      expect(await bus.ask("node.after", executed, { accept })).toMatchObject({ veto: "by the next" });
      await bus.flush();
      expect(told).toMatchObject(["node.started", "node.completed"].map((event) => ({ runId, event, handler: "policy" })));
    });

    it("and is critical vetoes the node, and is reported", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      bus.intercept("**", { before: failures[how]! }, { timeoutMs: 1, name: "policy", critical: true });
      bus.intercept("**", { before: () => ({ replace: 1, reason: "never asked" }) });
      expect(await bus.ask("node.before", node, { accept })).toMatchObject({ veto: expect.stringContaining("policy"), by: "policy" });
      await bus.flush();
      expect(told).toMatchObject([{ event: "node.started", handler: "policy" }]);
    });
  });

  describe("a decision", () => {
    it.each([
      null,
      true,
      "no",
      [],
      {},
      { veto: 1 },
      { veto: " " },
      { veto: "no", by: "somebody else" },
      { veto: "no", replace: 1, reason: "both" },
      { replace: 1 },
      { replace: undefined, reason: "nothing" },
      { replace: () => 1, reason: "no JSON" },
      { replace: Number.NaN, reason: "no JSON" },
    ])("in the form of %j is a failure of the interceptor", async (decided) => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      bus.intercept("**", { before: () => decided as never });
      expect(await bus.ask("node.before", node, { accept })).toBeUndefined();
      await bus.flush();
      expect(told).toHaveLength(1);
    });

    it("of a critical interceptor that is refused is a veto", async () => {
      await using bus = await create(ROOMY);
      bus.intercept("**", { after: () => ({ replace: 1, reason: "better" }) }, { critical: true, name: "policy" });
      const decided = bus.ask("node.after", executed, {
        accept(given) {
          if ("replace" in given) throw new Error("does not fit");
          return given.veto;
        },
      });
      await expect(decided).resolves.toContain("does not fit");
    });

    it("that nobody accepts, not even as a veto, is told to who asks", async () => {
      await using bus = await create(ROOMY);
      bus.intercept("**", { before: fail }, { critical: true });
      const refuse = () => Promise.reject(new Error("refused"));
      await expect(bus.ask("node.before", node, { accept: refuse })).rejects.toThrow("refused");
    });

    it("is not waited for when the interceptor is taken back while it is asked, be it critical or not", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      for (const critical of [true, false]) {
        const hanging = bus.intercept("**", { before: () => (queueMicrotask(() => hanging[Symbol.dispose]()), never()) }, { critical });
      }
      expect(await bus.ask("node.before", node, { accept })).toBeUndefined();
      await bus.flush();
      expect(told).toEqual([]);
    });

    it("is not waited for when the bus is disposed: that is EVENTS_CLOSED", async () => {
      await using bus = await create(ROOMY);
      bus.intercept("**", { before: () => (queueMicrotask(() => void bus[Symbol.asyncDispose]()), never()) }, { critical: true });
      await expect(bus.ask("node.before", node, { accept })).rejects.toMatchObject({ code: "EVENTS_CLOSED" });
      expect(() => bus.intercept("**", { before: fail })).toThrow(TypeError);
    });
  });
}
