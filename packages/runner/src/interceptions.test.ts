import { flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { rerunStage } from "./testing-rerun.ts";
import { stage } from "./testing-run.ts";

const REASON = { reason: "known already" };

describe("an interceptor", () => {
  it("vetoes a node, which is not executed, fails with the reason, and is not tried again", async () => {
    const { step, run, ports, executed, events } = stage();
    ports.events.intercept("main.*", { before: ({ settings }) => (settings === undefined ? undefined : { veto: "not today" }) }, { name: "gate" });
    const definition = flow("main").node("a", step({}), { retry: { attempts: 3, delayMs: 0, on: "any" } });
    await expect(run(definition)).rejects.toMatchObject({
      cause: { code: "NODE_VETOED", details: { path: "main.a", by: "gate", reason: "not today" } },
    });
    expect(executed).toEqual([]);
    expect((await events()).filter(({ type }) => type === "node.intercepted")).toMatchObject([
      { path: "main.a", attempt: 1, when: "before", action: "vetoed", by: "gate", reason: "not today" },
    ]);
  });

  it("is asked again where the retry policy names its veto, and a failure policy handles that", async () => {
    const { step, run, ports, executed } = stage();
    let asked = 0;
    ports.events.intercept("main.a", { before: () => (++asked === 1 ? { veto: "wait" } : undefined) });
    ports.events.intercept("main.b", { after: () => ({ veto: "wrong" }) });
    const definition = flow("main")
      .node("a", step({ value: 1 }), { retry: { attempts: 2, delayMs: 0, on: ["NODE_VETOED"] } })
      .node("b", step({ value: 2 }), { onFailure: "continue" });
    expect(await run(definition)).toEqual({ a: { value: 1 }, b: null });
    expect(executed).toEqual(["main.a 2", "main.b 1"]);
  });

  it("gives something instead, before a node is executed or of what it gave, which has to fit", async () => {
    const { step, run, ports, executed } = stage();
    ports.events.intercept("main.a", { before: () => ({ replace: { value: "before" }, ...REASON }) });
    ports.events.intercept("main.b", { after: ({ output }) => ({ replace: { value: [output] }, ...REASON }) });
    const definition = flow("main")
      .node("a", step({ value: 1 }))
      .node("b", step({ value: 2 }))
      .node("c", step({ value: "$expr{$hier{a}.value}" }));
    expect(await run(definition)).toEqual({ a: { value: "before" }, b: { value: [{ value: 2 }] }, c: { value: "before" } });
    expect(executed).toEqual(["main.b 1", "main.c 1"]);
    const other = stage();
    other.ports.events.intercept("**", { before: () => ({ replace: "no object", ...REASON }) }, { name: "clumsy" });
    const failure = other.run(flow("main").node("a", other.step({})));
    await expect(failure).rejects.toMatchObject({ cause: { code: "NODE_OUTPUT_INVALID", message: expect.stringContaining('"clumsy"') as string } });
  });

  it("is not asked of what is on record, and what it decided is reused by no re-run", async () => {
    const { step, run, ports, rerun, executed } = rerunStage();
    const asked: string[] = [];
    using _gate = ports.events.intercept("**", {
      before({ path }) {
        asked.push(path);
        return path === "main.a" && asked.length === 1 ? { replace: { value: "other" }, ...REASON } : undefined;
      },
    });
    const definition = flow("main")
      .node("a", step({ value: 1 }))
      .node("b", step({ value: 2 }));
    await run(definition);
    const again = await rerun(definition);
    expect(again).toMatchObject({ executed: ["main.a"], reused: ["main.b"], result: { a: { value: 1 } } });
    expect(asked).toEqual(["main.a", "main.b", "main.a"]);
    expect(executed).toEqual(["main.b 1", "main.a 1"]);
  });
});
