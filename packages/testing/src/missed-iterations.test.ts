import { flow } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { testAgent } from "./test-agent.ts";
import { echo } from "./testing-nodes.ts";

const work = flow("body").node("work", echo({ value: "$var{item}" }));
const once = flow("main").forEach("each", { items: ["x", "y", "z"], body: work });
const twice = flow("main").map("rows", {
  items: [[1], [1, 2]],
  item: "row",
  index: "rowIndex",
  body: ({ item }) => flow("row").forEach("cells", { items: item, body: flow("cell").node("work", echo({ value: 0 })) }),
});
const instead = () => ({ value: "instead" });

describe("what is given for one iteration", () => {
  it("fails the test when that never was, be it a node or an input", async () => {
    await expect(testAgent(once, { nodes: { "main.each.iter_3.work": instead } }).run()).rejects.toThrow(
      expect.objectContaining({
        name: "AssertionError",
        message: 'nodes: { "main.each.iter_3.work" } is for an iteration that never was: main.each had iter_0 to iter_2',
      }),
    );
    const listed = flow("main")
      .node("list", echo({ value: ["x", "y"] }))
      .map("each", { items: (nodes) => nodes.list.value as never, body: work });
    await expect(testAgent(listed, { inputs: { "main.each.iter_7.work": { value: 1 } } }).run()).rejects.toThrow(
      'inputs: { "main.each.iter_7.work" } is for an iteration that never was: main.each had iter_0 to iter_1',
    );
  });

  it("fails it also where the loop had none", async () => {
    const none = flow("main").forEach("each", { items: [], body: work });
    await expect(testAgent(none, { nodes: { "main.each.iter_0.work": instead } }).run()).rejects.toThrow("main.each had none");
  });

  it("is for an iteration of each of the loops that a path names, of which one has to have it", async () => {
    const given = (path: string) => testAgent(twice, { nodes: { [path]: instead } }).run();
    expect((await given("main.rows.iter_*.cells.iter_1.work")).expectCompleted().rows[1]?.cells[1]?.work.value).toBe("instead");
    await expect(given("main.rows.iter_*.cells.iter_2.work")).rejects.toThrow("main.rows.iter_*.cells had iter_0 to iter_1");
    await expect(given("main.rows.iter_0.cells.iter_1.work")).rejects.toThrow("main.rows.iter_0.cells had only iter_0");
    await expect(given("main.rows.iter_2.cells.iter_*.work")).rejects.toThrow("main.rows had iter_0 to iter_1");
  });

  it("is as good as any for a loop that is not come to, that did not end, or whose body did not come to the node", async () => {
    const nodes = { "main.if.is_false.each.iter_9.work": instead };
    const branches = { condition: true, isTrue: flow("yes"), isFalse: flow("no").forEach("each", { items: [1], body: work }) };
    expect((await testAgent(flow("main").conditional("if", branches), { nodes }).run()).status).toBe("completed");

    const broken = () => {
      throw new DadError("BROKEN", "it was to fail");
    };
    const tried = flow("main").try("try", { body: flow("b").forEach("each", { items: [1, 2, 3], body: work }), catch: flow("c") });
    const fails = { "main.try.try.each.iter_0.work": broken, "main.try.try.each.iter_2.work": instead };
    expect((await testAgent(tried, { nodes: fails }).run()).status).toBe("completed");

    const optional = { items: [1], body: flow("body").conditional("if", { condition: false, isTrue: work.with({}) }) };
    const unused = { "main.each.iter_0.if.is_true.work": instead };
    expect((await testAgent(flow("main").forEach("each", optional), { nodes: unused }).run()).status).toBe("completed");
  });

  it("is not meant by an element of such a name", async () => {
    const named = flow("main").node("iter_0", echo({ value: 1 }));
    expect((await testAgent(named, { nodes: { "main.iter_0": instead } }).run()).expectCompleted()).toEqual({ iter_0: { value: "instead" } });
  });

  it("is judged by the whole run when that is resumed", async () => {
    const nodes = {
      "main.each.iter_0.work": instead,
      "main.each.iter_1.work": ({ attempt }: { readonly attempt: number }) => {
        if (attempt === 1) throw new DadError("BROKEN", "it was to fail");
        return instead();
      },
    };
    const test = testAgent(once, { nodes });
    (await test.run()).expectFailed("BROKEN");
    expect((await test.resume()).expectCompleted().each.map(({ work: { value } }) => value)).toEqual(["instead", "instead", "z"]);
  });
});
