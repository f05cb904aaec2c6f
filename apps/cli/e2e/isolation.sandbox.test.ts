import { expect, describe, it } from "vitest";
import { scriptedConfig } from "./agents.ts";
import { BUILDER } from "./builder-agent.ts";
import { testProject } from "./project.ts";

/** The model writes a command, which is run; then one that the author wrote. */
const OBEDIENT = `
import { agent } from "@dad/agent";
import { askModelFor, runCommand } from "@dad/nodes";
import { z } from "zod";

export const obedient = agent("obedient")
  .node("ask", askModelFor(z.object({ line: z.string() }), { model: "writer", prompt: "A command, please" }))
  .node("obey", ({ ask }) => runCommand({ shell: ask.line, isolation: "cooperative" }))
  .node("own", runCommand({ argv: ["sh", "-c", "ls -A $HOME; test -e planted && echo seen; cat stolen"] }));
`;

/** Completes where it can see what is outside of its workspace. */
const looking = (marker: string) => `
import { agent } from "@dad/agent";
import { runCommand } from "@dad/nodes";

export const looking = agent("looking").node("look", runCommand({ argv: ["test", "-e", ${JSON.stringify(marker)}] }));
`;

describe("a command that a model wrote", () => {
  it("reaches nothing outside, whatever the agent says, and leaves nothing in the home of others", async () => {
    await using project = await testProject();
    const secret = project.path("secret");
    const line = `cat '${secret}' >stolen; echo x >$HOME/.gitconfig; touch planted; cat /etc/hostname >>stolen; cat /proc/1/environ >>stolen; true`;
    await project.write("agent.ts", OBEDIENT);
    await project.write("dad.config.ts", scriptedConfig({ line }).replace("resources:", 'isolation: { passEnv: ["CANARY"] }, resources:'));
    await project.write("secret", "s3cret");
    const { code, stderr } = await project.startWith({ env: { CANARY: "c4nary" } }, "run", "agent.ts", "--run-id", "r", "--profile", "test").ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain("isolation bubblewrap (contained, network none) for node obedient.obey\n");
    const { nodes, spaces } = await project.manifest("r");
    expect(spaces?.map(({ preset }) => preset)).toEqual(["cooperative", "contained"]);
    const own = nodes.find(({ path }) => path === "obedient.own")?.artifacts.find(({ name }) => name === "stdout")?.path ?? "";
    expect(await project.read("runs", "r", own)).toMatch(/^seen\n/);
    expect(await project.read("runs", "r", own)).not.toMatch(/s3cret|c4nary/);
  });
});

describe("dad run --isolation", () => {
  it("holds all commands of a run to a preset, and a run that goes on from it, too", async () => {
    await using project = await testProject();
    await project.write("agent.ts", looking(project.path("marker")));
    await project.write("marker", "");
    expect((await project.dad("run", "agent.ts")).code).toBe(0);
    for (const command of [
      ["run", "agent.ts", "--run-id", "r", "--isolation", "contained"],
      ["resume", "r", "--assume-not-done"],
      ["rerun", "r", "--run-id", "again", "--allow-failed"],
    ]) {
      const { code, stderr } = await project.dad(...command);
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("isolation bubblewrap (contained, network none)\n") as unknown,
      });
      expect(stderr).not.toContain("isolation process");
    }
  });
});

describe("dad bisect", () => {
  it("lets a test see the files of a commit, and no others", async () => {
    await using project = await testProject({ "agent.ts": BUILDER, "dad.config.ts": scriptedConfig({ line: "bad" }), marker: "" });
    await project.dad("run", "agent.ts", "--run-id", "one", "--profile", "test");
    const test = `test -e '${project.path("marker")}' && exit 1; echo x >'${project.path("planted")}'; ! grep -q bad line.txt`;
    const { code, stdout, stderr } = await project.dad("bisect", "one", "--test", test);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^builder\.put made the test fail\n/) as unknown });
    expect(stderr).toMatch(/^isolation bubblewrap \(contained, network none\)\n/);
    await expect(project.read("planted")).rejects.toThrow("ENOENT");
  });
});
