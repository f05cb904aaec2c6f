import { flow, type FlowDefinition } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { fileStage, NOTHING_KEPT } from "../testing-files.ts";
import { planned, reason, rerunStage } from "../testing-rerun.ts";

type On = Pick<ReturnType<typeof fileStage>, "write" | "say" | "read">;

const definition = ({ write, say, read }: On): FlowDefinition =>
  flow("main")
    .node("asks", say({ text: "plan" }))
    .node("writes", write({ to: "one.txt", text: "1" }))
    .node("reads", read({ from: "one.txt" }))
    .node("tells", say({ text: "done" }));

/** The same nodes and records on two stages: one keeps the files of its runs, and the other does not. */
function stages() {
  const keeping = fileStage();
  const { outcomes: _kept, ...ports } = { ...keeping.ports };
  const { write, say, read } = keeping;
  return { keeping, careless: { ...rerunStage({ ports: { ...ports, workspaces: NOTHING_KEPT } }), write, say, read } };
}

describe("a run without an outcome", () => {
  it("has no commits, and is re-run with all that works with files executed again", async () => {
    const { keeping, careless } = stages();
    await careless.run(definition(keeping));
    expect((await careless.events()).filter((event) => "outcome" in event)).toEqual([]);
    for (const on of [careless, keeping]) {
      const plan = await on.plan(definition(keeping));
      expect([planned(plan, "reuse"), planned(plan, "execute")]).toEqual([
        ["main.asks", "main.tells"],
        ["main.reads", "main.writes"],
      ]);
      expect([reason(plan, "main.writes"), plan.rerun.start]).toEqual(["files", undefined]);
      expect((await on.rerun(definition(keeping), { as: on === keeping ? "kept" : "lost" })).reused).toEqual(["main.asks", "main.tells"]);
    }
  });

  it("is not re-run from the middle as if its files were there, unless somebody says what is to become of each node that worked with them", async () => {
    const { keeping, careless } = stages();
    await careless.run(definition(keeping));
    for (const on of [careless, keeping]) {
      const { problems } = await on.plan(definition(keeping), { from: "main.tells" });
      expect(problems.map(({ kind, path, allow }) => ({ kind, path, allow }))).toEqual(
        ["main.writes", "main.reads"].map((path) => ({ kind: "files", path, allow: [`--pin ${path}`, `--reask ${path}`] })),
      );
      expect(problems[0]?.message).toContain("of which the earlier run kept nothing");
    }
    await expect(careless.rerun(definition(keeping), { from: "main.tells" })).rejects.toMatchObject({ code: "RERUN_REFUSED" });
    const { reused } = await careless.rerun(definition(keeping), { from: "main.tells", pin: ["main.reads"], reask: ["main.writes"] });
    expect(reused).toEqual(["main.asks", "main.reads"]);
  });
});

describe("a re-run that has no outcome, of a run that has one", () => {
  it("brings no files: it executes what works with them, or is refused", async () => {
    const { keeping, careless } = stages();
    await keeping.run(definition(keeping));
    const plan = await careless.plan(definition(keeping));
    expect([planned(plan, "execute"), plan.rerun.start]).toEqual([["main.reads", "main.writes"], undefined]);
    const { problems } = await careless.plan(definition(keeping), { from: "main.tells" });
    expect(problems.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["files main.writes", "files main.reads"]);
    expect(problems[0]?.message).toContain("of those of this run nothing is kept");
  });
});
