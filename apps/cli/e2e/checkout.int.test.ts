import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

describe("dad checkout", () => {
  it("makes the files of a run again, and leaves alone what is not its own", async () => {
    await using project = await testProject({ "agent.ts": shellAgent("echo out") });
    await project.dad("run", "agent.ts", "--run-id", "deleted");
    const stdout = await project.artifact("deleted", "stdout");
    await rm(project.path("runs/deleted/only"), { recursive: true });
    await rm(project.path("runs/deleted/run.json"));
    await project.write("runs/deleted/mine.txt", "mine");
    const { code, stdout: told } = await project.dad("checkout", "deleted");
    expect(code).toBe(0);
    expect(told).toContain("made run.json");
    expect(told).toContain("left alone mine.txt: the journal says nothing of it");
    expect(await project.artifact("deleted", "stdout")).toBe(stdout);
    expect((await project.dad("fsck")).code).toBe(0);
    expect(JSON.parse((await project.dad("checkout", "deleted", "--json")).stdout)).toMatchObject({
      format: "dad.checkout/1",
      written: [],
      foreign: ["mine.txt"],
    });
    expect((await project.dad("checkout", "deletd")).code).toBe(2);
  });
});
