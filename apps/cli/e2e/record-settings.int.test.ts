import { readFile } from "node:fs/promises";
import { RunDetails } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { testProject } from "./project.ts";

/** Keeps a plan and an image, and fails as long as there is no file "go". */
const PLANNER = `
import { existsSync } from "node:fs";
import { agent } from "@dad/agent";
import { callback } from "@dad/nodes";

const plan = callback({ name: "plan", version: "1", effect: "pure" }, async (input: { task: string }, { record }) => {
  await record({ name: "charts/plot.png", data: new Uint8Array([0x89, 0x50, 0xff]), mediaType: "image/png" });
  await record({ name: "steps", data: [{ do: input.task, lines: "one\\ntwo\\n" }], format: "yaml" });
  return { task: input.task, steps: 1 };
});
const check = callback({ name: "check", version: "1", effect: "pure" }, (input: { steps: number }) => {
  if (!existsSync("go")) throw new Error("go is missing");
  return "checked " + String(input.steps);
});
export const planner = agent("planner", { variables: { task: "fix it" } })
  .node("plan", plan({ task: "$var{task}" }), {
    record: { input: { enabled: false }, outcome: { path: "reports/$var{runId}.yaml", format: "yaml" }, files: { path: "plans" } },
  })
  .node("check", ({ plan }) => check({ steps: plan.steps }), { record: { outcome: { format: "text" }, result: { enabled: false } } });
`;

describe("record settings", () => {
  it("decide what of a node files show, where and as what, also of a run that is resumed", async () => {
    await using project = await testProject({ "agent.ts": PLANNER });
    expect(await project.dad("run", "agent.ts", "--run-id", "r")).toMatchObject({ code: 1 });
    await project.write("go", "");
    expect(await project.dad("resume", "r")).toMatchObject({ code: 0, stderr: expect.not.stringContaining("planner.plan") as string });
    expect(await project.read("runs/r/reports/r.yaml")).toBe("task: fix it\nsteps: 1\n");
    expect(await project.read("runs/r/plans/steps.yaml")).toBe("- do: fix it\n  lines: |\n    one\n    two\n");
    expect(await readFile(project.path("runs/r/plans/charts/plot.png"))).toEqual(Buffer.from([0x89, 0x50, 0xff]));
    expect(await project.read("runs/r/planner/check/outcome.txt")).toBe("checked 1");
    for (const file of ["plan/input.json", "plan/outcome.json", "plan/files", "check/result.json"])
      await expect(project.read("runs/r/planner", file)).rejects.toMatchObject({ code: "ENOENT" });
    const { nodes } = RunDetails.parse(JSON.parse((await project.dad("show", "r", "--json")).stdout));
    expect(nodes[1]?.artifacts.find(({ name }) => name === "result")).toMatchObject({ shown: false });
  });

  it("that name a place of the run are refused before anything runs", async () => {
    await using project = await testProject({ "agent.ts": PLANNER.replace("reports/$var{runId}.yaml", "run.json") });
    const { code, stderr } = await project.dad("run", "agent.ts", "--run-id", "r");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('"run.json" is kept for the run itself') as string });
  });
});
