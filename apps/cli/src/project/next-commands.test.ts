import { join, resolve } from "node:path";
import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { commandLine, resumeCommands } from "./next-commands.ts";

const cwd = resolve("/nowhere/my project");
const runId = RunId.parse("run_1");

describe("commandLine", () => {
  it("names the run root where it is not the usual one", async () => {
    expect((await commandLine({ cwd, runRoot: join(cwd, "runs") }))("ls")).toBe("dad ls");
    expect((await commandLine({ cwd, runRoot: join(cwd, "my runs") }))("ls")).toBe("dad ls --run-root 'my runs'");
  });
});

describe("resumeCommands", () => {
  const source = { file: "../agent.ts" };

  it.each([
    ["failed", true],
    ["cancelled", true],
    ["interrupted", true],
    ["completed", false],
    ["running", false],
    ["waiting", false],
  ] as const)("of a run that is %s are there: %s", async (status, there) => {
    const line = await commandLine({ cwd, runRoot: join(cwd, "elsewhere") });
    expect(resumeCommands({ runId, status, source }, line)).toEqual(there ? ["dad resume run_1 --run-root elsewhere"] : []);
  });

  it("of a run that does not say where its agent is are none that work as they are", async () => {
    expect(resumeCommands({ runId, status: "failed" }, await commandLine({ cwd, runRoot: cwd }))).toEqual([]);
  });
});
