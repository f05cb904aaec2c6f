import { flow } from "@dad/agent";
import { beforeAll, describe, expect, it } from "vitest";
import { stage } from "./testing-runs.ts";

describe("what is asked for", () => {
  const on = stage();
  beforeAll(async () => {
    const body = flow("body").node("work", on.step({ value: "$expr{item}" }));
    await on.run(
      "one",
      flow("main")
        .forEach("each", { items: ["a", "b"], body })
        .node("last", on.step({})),
      { "main.last": { value: 1 } },
    );
  });

  const foundBy = async (text: string) => {
    const { path, artifact } = await on.why("one", text);
    return artifact ? `${path}/${artifact.name}` : path;
  };

  it.each([
    ["a node path", "main.each.iter_0.work", "main.each.iter_0.work"],
    ["a node path and the name of an artifact", "main.each.iter_1.work/input", "main.each.iter_1.work/input"],
    ["a file as people see it", "main/each/iter_0/work/outcome.json", "main.each.iter_0.work/outcome"],
    ["a file as a shell completes it", "./main/last/result.json", "main.last/result"],
    ["a file from where the runs are", "runs/one/main/last/result.json", "main.last/result"],
    ["the directory of a node", "main/each/iter_1/work/", "main.each.iter_1.work"],
  ])("may be %s", async (_what, text, found) => {
    expect(await foundBy(text)).toBe(found);
  });

  it.each([
    ["a slip in a path", "main.lst", ["NODE_UNKNOWN", 'no node of run one is at "main.lst"; did you mean "main.last"?']],
    ["a slip deep in a path", "main.each.iter_1.x", ["NODE_UNKNOWN", 'did you mean "main.each.iter_1.work"? there is "main.each.iter_1.work"']],
    ["a slip in the name of an artifact", "main.last/outcom", ["ARTIFACT_UNKNOWN", 'has no artifact "outcom"; did you mean "outcome"?']],
    [
      "a slip in the path of a file",
      "main/last/outcom.json",
      ["NODE_UNKNOWN", 'did you mean "main/last/outcome.json"? there are "main/last/input.json"'],
    ],
    [
      "a component",
      "main.each",
      ["NODE_AMBIGUOUS", "(its kind: for_each); what it gives is what its nodes give: ask for one of main.each.iter_0.work, main"],
    ],
    ["a component and a name", "main.each/outcome", ["NODE_AMBIGUOUS", "main.each of run one is no node"]],
    ["the directory of a component", "main/each", ["NODE_AMBIGUOUS", "main.each of run one is no node"]],
    ["what was given from outside", "static_inputs/static_inputs.json", ["NODE_UNKNOWN", "it has what was given from outside, which no node made"]],
    ["nothing", "", ["NODE_UNKNOWN", "no node of run one is at"]],
  ] as const)("may not be %s, and what was meant is suggested", async (_what, text, [code, message]) => {
    await expect(on.why("one", text)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it("is a run that is there", async () => {
    await expect(on.why("none", "main.last")).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});
