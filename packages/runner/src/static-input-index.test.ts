import { flow, variable } from "@dad/agent";
import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stage } from "./testing-run.ts";

describe("a static input for something in loops", () => {
  const nested = (on: ReturnType<typeof stage>) =>
    flow("main").forEach("out", {
      items: [0, 1],
      item: "x",
      index: "i",
      body: flow("o").forEach("in", { items: [0, 1], body: flow("n").node("say", on.step({ value: "own" })) }),
    });

  it.each<[string, Record<string, Json>, string]>([
    ["every iteration", { "main.out.iter_*.in.iter_*.say": { value: "all" } }, "all all all all"],
    ["one", { "main.out.iter_1.in.iter_0.say": { value: "one" } }, "own own one own"],
    ["all in one", { "main.out.iter_1.in.iter_*.say": { value: "given" } }, "own own given given"],
    ["one in all", { "main.out.iter_*.in.iter_1.say": { value: "given" } }, "own given own given"],
    [
      "all, one, and one in all: the more special one comes first, the outermost loop before the others",
      {
        "main.out.iter_*.in.iter_*.say": { value: "a" },
        "main.out.iter_*.in.iter_1.say": { value: "b" },
        "main.out.iter_0.in.iter_*.say": { value: "c" },
      },
      "c c a b",
    ],
  ])("is for %s", async (_what, inputs, values) => {
    const on = stage();
    const { out } = (await on.run(nested(on), { inputs })) as { out: { in: { say: { value: string } }[] }[] };
    expect(out.flatMap((outer) => outer.in.map(({ say }) => say.value)).join(" ")).toBe(values);
  });

  it("lays variables of one iteration over those of every iteration", async () => {
    const on = stage();
    const body = flow("body", { variables: { tone: variable(z.string()), depth: variable(z.int()) } }).node(
      "say",
      on.step({ value: "$var{tone} $var{depth}" }),
    );
    const inputs = { "main.each.iter_*": { tone: "plain", depth: 1 }, "main.each.iter_1": { depth: 2 } };
    expect(await on.run(flow("main").forEach("each", { items: [0, 1], body }), { inputs })).toEqual({
      each: [{ say: { value: "plain 1" } }, { say: { value: "plain 2" } }],
    });
  });

  it("is refused when there is another one for the same place", async () => {
    const on = stage();
    const inputs = { say: { value: 1 }, "main.say": { value: 2 } };
    await expect(on.run(flow("main").node("say", on.step({})), { inputs })).rejects.toMatchObject({ code: "STATIC_INPUT_INVALID" });
  });

  it.each<[string, object, string]>([
    ["beyond the bound of a while", { "main.w.iter_2.say": { value: 1 } }, "the loop main.w has iter_0 to iter_1 at most, and no iter_2"],
    ["beyond a list that is known", { "main.e.iter_3.say": { value: 1 } }, "the loop main.e has iter_1 to iter_2 at most"],
    ["before its start", { "main.e.iter_0.say": { value: 1 } }, "the loop main.e has iter_1 to iter_2 at most"],
    ["a block itself", { "main.e": { value: 1 } }, "is for a for_each, which takes none; what is in it may: main.e.iter_*, main.e.iter_*.say"],
  ])("is refused for %s", async (_what, inputs, problem) => {
    const on = stage();
    const body = flow("body").node("say", on.step({}));
    const definition = flow("main")
      .while("w", { condition: true, max: 2, atMax: "stop", body })
      .forEach("e", { items: [1, 2, 3], start: 1, body });
    const message = expect.stringContaining(problem) as string;
    await expect(on.run(definition, { inputs: inputs as Record<string, Json> })).rejects.toMatchObject({ code: "STATIC_INPUT_INVALID", message });
  });
});
