import { join } from "node:path";
import { defineNode, flow } from "@dad/agent";
import { inlineContent } from "@dad/artifacts";
import { type ArtifactEntry, Json, RelativePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { reason, rerunStage } from "./testing-rerun.ts";
import { RUN, RUN_ROOT } from "./testing-run.ts";

const file = (name: string, text: string): ArtifactEntry => ({ ...inlineContent(text), name, path: RelativePath.parse(`static_inputs/${name}`) });

/** A node that looks at nothing but its settings, and says so. */
const deaf = defineNode({
  type: "deaf",
  version: "1",
  effect: "pure",
  workspace: "none",
  inputFiles: "none",
  settings: z.object({ value: Json }),
  output: z.object({ value: Json }),
  execute: (_context, { settings }) => ({ value: settings.value }),
});

function looking(on = rerunStage()) {
  on.on("look", async ({ inputFiles, content }) => {
    const texts = inputFiles.map(async (entry) => `${entry.name}: ${Buffer.from(await content(entry)).toString()}`);
    return await Promise.all(texts);
  });
  const definition = flow("main")
    .node("look", on.step({}))
    .node("named", deaf({ value: "$expr{inputDirectory + '/a.txt'}" }))
    .node("deaf", deaf({ value: "x" }));
  return { on, definition };
}

describe("the input files of a run", () => {
  it("are seen by a node, with what they hold, and by templates as a directory", async () => {
    const { on, definition } = looking();
    expect(await on.run(definition, { inputFiles: [file("a.txt", "one"), file("b/c.txt", "two")] })).toEqual({
      look: { value: ["a.txt: one", "b/c.txt: two"] },
      named: { value: `${join(RUN_ROOT, RUN, "static_inputs")}/a.txt` },
      deaf: { value: "x" },
    });
  });

  it("carry over to a re-run, which executes nothing again", async () => {
    const { on, definition } = looking();
    await on.run(definition, { inputFiles: [file("a.txt", "one")] });
    expect(await on.rerun(definition)).toMatchObject({ executed: [], reused: ["main.deaf", "main.look", "main.named"] });
    const [started] = await on.events("r2");
    expect(started).toMatchObject({ type: "run.started", inputFiles: [file("a.txt", "one")] });
    expect(await on.rerun(definition, { of: "r2", inputFiles: [file("a.txt", "one")] })).toMatchObject({ executed: [] });
  });

  it("are replaced one by one in a re-run, which executes again what may look at them, and says why", async () => {
    const { on, definition } = looking();
    await on.run(definition, { inputFiles: [file("a.txt", "one"), file("b.txt", "two")] });
    const reran = await on.rerun(definition, { inputFiles: [file("a.txt", "ONE"), file("c.txt", "three")] });
    expect(reran).toMatchObject({ executed: ["main.look"], reused: ["main.deaf"] });
    expect(reran.result).toMatchObject({ look: { value: ["a.txt: ONE", "b.txt: two", "c.txt: three"] } });
    expect(reran.plan.nodes.map(({ path, decision }) => [path, decision])).toEqual([
      ["main.look", "execute"],
      ["main.named", "execute"],
      ["main.deaf", "reuse"],
    ]);
    for (const path of ["main.look", "main.named"]) expect(reason(reran.plan, path)).toMatch(/^inputFiles: "sha256:\w+" → "sha256:\w+"$/);
  });

  it("are those that it was made with when a re-run is resumed", async () => {
    const { on, definition } = looking();
    await on.run(definition, { inputFiles: [file("a.txt", "one")] });
    let isBroken = true;
    on.on("look", ({ inputFiles }) => (isBroken ? Promise.reject(new Error("not now")) : inputFiles.map(({ digest }) => digest)));
    const failed = await on.rerun(definition, { as: "r9", inputFiles: [file("a.txt", "ONE")] });
    expect(failed).toMatchObject({ executed: ["main.look"], error: { code: "NODE_FAILED" } });
    isBroken = false;
    const resumed = await on.resumeRerun(definition, "r9");
    expect(resumed).toMatchObject({ reused: ["main.deaf"], result: { look: { value: [file("a.txt", "ONE").digest] } } });
    expect(await on.rerun(definition, { of: "r9" })).toMatchObject({ executed: [] });
  });
});
