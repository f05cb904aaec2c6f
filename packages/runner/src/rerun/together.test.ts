import { flow, type FlowDefinition } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { fileStage } from "../testing-files.ts";
import { planned, reason } from "../testing-rerun.ts";

type On = ReturnType<typeof fileStage>;

interface Given {
  readonly left?: string;
  readonly right?: string;
  readonly effect?: "idempotent" | "effectful";
}

/** Two that change files at the same time, so that nobody knows whose the changes are, and one before and one after them. */
function atOnce(on: On, { left = "l", right = "r", effect = "idempotent" }: Given = {}): FlowDefinition {
  const one = (to: string, text: string) => flow(to).node("w", on.scribble({ to: `${to}.txt`, text, with: 2 }, effect));
  return flow("main")
    .node("first", on.write({ to: "first.txt", text: "1" }))
    .parallel("both", { left: one("left", left), right: one("right", right) })
    .node("last", on.read({ from: "right.txt" }));
}

const FILES = { "base.txt": "base", "first.txt": "1", "left.txt": "l", "right.txt": "r" };

describe("writers that changed files at the same time", () => {
  it("are reused together, with the files of both, also through a chain", async () => {
    const on = fileStage();
    await on.run(atOnce(on));
    for (const of of ["r", "r2", "r3"]) {
      const { executed, runId } = await on.rerun(atOnce(on), { of });
      expect(executed).toEqual([]);
      expect(await on.files(runId)).toEqual(FILES);
    }
  });

  it.each(["the run", "a re-run of it"])("are executed together when one of them is changed, on what they had found: %s", async (which) => {
    const on = fileStage();
    await on.run(atOnce(on));
    const of = which === "the run" ? "r" : (await on.rerun(atOnce(on))).runId;
    const plan = await on.plan(atOnce(on, { left: "links" }), { of });
    expect(planned(plan, "execute")).toEqual(["main.both.left.w", "main.both.right.w"]);
    expect(reason(plan, "main.both.right.w")).toBe("beside");
    const { executed, runId } = await on.rerun(atOnce(on, { left: "links" }), { of });
    expect(executed).toEqual(["main.both.left.w", "main.both.right.w", "main.last"]);
    expect(await on.files(runId)).toEqual({ ...FILES, "left.txt": "links" });
  });

  it("need somebody's word for it, where a repetition matters", async () => {
    const on = fileStage();
    await on.run(atOnce(on, { effect: "effectful" }));
    const changed = atOnce(on, { effect: "effectful", left: "links" });
    await expect(on.rerun(changed, { allow: { effects: ["main.both.left.w"] } })).rejects.toThrow("main.both.right.w would be executed again");
    expect((await on.rerun(changed, { allow: { effects: true } })).executed).toContain("main.both.right.w");
  });

  it("are told apart when each does so while nobody else does", async () => {
    const on = fileStage();
    const one = (to: string, text: string) => flow(to).node("w", on.write({ to: `${to}.txt`, text }));
    const both = (left: string) => flow("main").parallel("both", { left: one("left", left), right: one("right", "r") });
    await on.run(both("l"));
    expect((await on.rerun(both("links"))).executed).toEqual(["main.both.left.w"]);
  });
});
