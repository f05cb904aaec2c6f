import { agent, defineNode, flow, variable } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cutAfter } from "./testing-crash.ts";
import { memoryPorts } from "./testing-ports.ts";
import { failing, stage, untilAborted } from "./testing-run.ts";

type On = ReturnType<typeof stage>;

const shownOf = (on: On, path: string) => JSON.parse(on.ports.view.text(path) ?? "null") as unknown;

describe("a failure", () => {
  const bad = (on: On) => flow("bad").node("before", on.step({})).node("bad", on.step({})).node("after", on.step({}));

  const places: readonly [string, (on: On) => ReturnType<typeof flow>][] = [
    ["a nested flow", (on) => flow("main").component("block", bad(on))],
    ["a branch of a conditional", (on) => flow("main").conditional("block", { condition: true, isTrue: bad(on) })],
    ["a case of a switch", (on) => flow("main").switch("block", { on: "one", cases: { one: bad(on) } })],
    ["a for-each", (on) => flow("main").forEach("block", { items: [1, 2], body: bad(on) })],
    ["a map", (on) => flow("main").map("block", { items: [1, 2], concurrency: 1, body: bad(on) })],
    ["a while", (on) => flow("main").while("block", { condition: true, max: 2, body: bad(on) })],
    ["a parallel branch", (on) => flow("main").parallel("block", { one: bad(on), other: flow("o") })],
    ["the body of a try", (on) => flow("main").try("block", { body: bad(on), finally: flow("f") })],
    ["a handler", (on) => flow("main").try("block", { body: bad(on), catch: bad(on) })],
    ["a cleanup", (on) => flow("main").try("block", { body: flow("b"), finally: bad(on) })],
  ];

  it.each(places)(
    "in %s is one of all that is around it and of the run, wherever somebody looks, and nothing runs after it (D-1, D-2)",
    async (_, make) => {
      const on = stage();
      on.on("bad", () => Promise.reject(new DadError("BROKEN", "it was to fail")));
      const definition = agent("outer").component("main", make(on).node("last", on.step({})));
      await expect(on.run(definition)).rejects.toMatchObject({ code: "NODE_FAILED", cause: { code: "BROKEN" } });

      const record = await on.events();
      expect(record.at(-1)).toMatchObject({ type: "run.failed", error: { code: "NODE_FAILED", cause: { code: "BROKEN" } } });
      const failed = record.flatMap((event) => (event.type === "component.failed" ? [event.path] : []));
      expect(failed).toEqual(expect.arrayContaining(["outer", "outer.main", "outer.main.block"]));
      expect(on.executed.filter((name) => /\b(after|last) /.test(name))).toEqual([]);
      for (const run of [await on.details(), shownOf(on, "run.json")])
        expect(run).toMatchObject({ status: "failed", error: { code: "NODE_FAILED" } });
    },
  );

  it("of a node in a loop lies in the directory of its iteration, with its input, its error and its causes (D-3)", async () => {
    const on = stage();
    on.on("main.each.iter_1.bad", () => Promise.reject(new DadError("BROKEN", "no", { cause: new Error("because") })));
    const body = flow("body").node("bad", on.step({ value: "$expr{item}" }));
    await expect(on.run(flow("main").forEach("each", { items: ["a", "b"], body }))).rejects.toThrow("iter_1");
    expect(shownOf(on, "main/each/iter_0/bad/result.json")).toMatchObject({ status: "completed" });
    const error = { code: "BROKEN", message: "no", cause: { message: "because" } };
    expect(shownOf(on, "main/each/iter_1/bad/result.json")).toMatchObject({ status: "failed", error });
    expect(shownOf(on, "main/each/iter_1/bad/input.json")).toEqual({ settings: { value: "b" } });
    expect((await on.details()).nodes.at(-1)).toMatchObject({ path: "main.each.iter_1.bad", status: "failed", error });
  });

  it("ends the run once, with the error that is thrown (D-4)", async () => {
    const on = stage();
    on.on("bad", failing(9));
    const thrown = (await on.run(flow("main").parallel("both", { left: bad(on), right: bad(on) })).catch((error: unknown) => error)) as DadError;
    const ends = (await on.events()).filter(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type));
    expect(ends).toMatchObject([{ type: "run.failed", error: { message: thrown.message } }]);
    expect(await on.details()).toMatchObject({ error: { message: thrown.message } });
  });

  it.each([
    ["what it gave", "n".repeat(20_000), undefined],
    ["a file", "small", new Uint8Array(20_000)],
  ])("to keep %s is one of the node and of the run, and nothing is said to have completed (D-7)", async (_, text, file) => {
    const full = new DadError("ARTIFACT_STORAGE_FAILED", "no space left");
    const ports = memoryPorts();
    const on = stage({ ports: { ...ports, artifacts: { ...ports.artifacts, put: () => Promise.reject(full) } } });
    const writes = defineNode({
      type: "writes",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.object({ text: z.string() }),
      async execute({ record }) {
        if (file) await record({ name: "file", data: file });
        return { text };
      },
    });
    const definition = flow("main").map("each", { items: [1], body: flow("body").node("writes", writes({})) });
    await expect(on.run(definition)).rejects.toMatchObject({ code: "NODE_FAILED", cause: { code: "ARTIFACT_STORAGE_FAILED" } });
    const types = (await on.events()).map(({ type }) => type);
    expect(types.filter((type) => type.endsWith(".completed"))).toEqual([]);
    expect(types.at(-1)).toBe("run.failed");
  });

  it.each([
    ["the settings of a node", (on: On) => flow("main").node("bad", on.step({ value: "$expr{$hier{scan}.value.gone}" }))],
    ["a fallback", (on: On) => flow("main").node("bad", on.step({}), { onFailure: { fallback: { value: "$expr{$hier{scan}.value.gone}" } } })],
    [
      "what a component is given",
      () => flow("main").component("bad", flow("in", { variables: { x: 1 } }).with({ x: "$expr{$hier{scan}.value.gone}" } as never)),
    ],
    ["a condition", () => flow("main").conditional("bad", { condition: "$expr{$hier{scan}.value.gone}", isTrue: flow("y") })],
    ["the items of a loop", () => flow("main").map("bad", { items: "$expr{$hier{scan}.value.gone}", body: flow("y") })],
  ])("of a template in %s is an error, and no text that flows on (D-47)", async (_, make) => {
    const on = stage();
    on.on("main.main.bad", failing(1));
    const definition = flow("main")
      .node("scan", on.step({ value: { there: 1 } }))
      .component("main", make(on) as ReturnType<typeof flow>)
      .node("after", on.step({}));
    await expect(on.run(definition)).rejects.toThrow(/gone/);
    expect(on.executed.filter((name) => name.includes("after"))).toEqual([]);
    expect(await on.details()).toMatchObject({ status: "failed" });
  });
});

describe("a variable without a value", () => {
  const asks = flow("asks", { variables: { topic: variable(z.string()) } });

  it("is an error before anything runs, and never a text in its place (D-51, row 88)", async () => {
    const on = stage();
    const definition = flow("main")
      .node("first", on.step({}))
      .component("ask", asks.node("say", on.step({ value: "$var{topic}" })));
    await expect(on.run(definition)).rejects.toMatchObject({
      code: "STATIC_INPUT_INVALID",
      message: expect.stringContaining('"topic" of main.ask') as string,
    });
    expect(on.executed).toEqual([]);
    expect(await on.run(definition, { inputs: { "main.ask": { topic: "cats" } } }).catch((error: unknown) => error)).toMatchObject({
      code: "RUN_EXISTS",
    });
    expect(await stage().run(definition, { inputs: { "main.ask": { topic: "cats" } } })).toMatchObject({ ask: { say: { value: "cats" } } });
  });
});

describe("how a run stands", () => {
  it("is running while it goes on, interrupted once its process is gone, and what it gives when it has gone on (D-5)", async () => {
    const on = stage();
    on.on("second", async ({ attempt }) => (attempt === 1 ? (await on.details()).status : undefined));
    const definition = flow("main")
      .node("first", on.step({ value: 1 }))
      .node("second", on.step({ value: 2 }));
    expect(await on.run(definition)).toMatchObject({ second: { value: "running" } });
    const killed = stage({ ports: await cutAfter(await on.events(), 7) });
    expect((await killed.details()).status).toBe("interrupted");
    expect(await killed.resume(definition)).toEqual({ first: { value: 1 }, second: { value: 2 } });
    expect((await killed.details()).status).toBe("completed");
    expect(on.executed).toEqual(["main.first 1", "main.second 1", "main.second 2"]);
  });

  it("is cancelled, for it and for every component and node that went on, when it is cancelled (D-6)", async () => {
    const on = stage();
    const cancel = new AbortController();
    on.on("late", (context) => {
      cancel.abort(new Error("enough"));
      return untilAborted(context);
    });
    const definition = agent("main")
      .component("over", flow("over").node("done", on.step({})))
      .parallel("both", { one: flow("one").node("late", on.step({})).node("never", on.step({})), other: flow("other").node("done", on.step({})) });
    await expect(on.run(definition, { signal: cancel.signal })).rejects.toThrow("enough");
    const { status, nodes, components } = await on.details();
    expect([status, ...nodes.map((node) => `${node.path} ${node.status}`)]).toEqual(
      expect.arrayContaining(["cancelled", "main.over.done completed", "main.both.one.late cancelled"]),
    );
    const ended = Object.fromEntries((components ?? []).map((component) => [component.path, component.status]));
    expect(ended).toMatchObject({ main: "cancelled", "main.both": "cancelled", "main.both.one": "cancelled", "main.over": "completed" });
    expect(on.executed).not.toContain("main.both.one.never 1");
  });
});
