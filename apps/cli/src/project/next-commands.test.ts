import { join, resolve } from "node:path";
import { InputRequest, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { answerCommands, commandLine, resumeCommands } from "./next-commands.ts";

const cwd = resolve("/nowhere/my project");
const runId = RunId.parse("run_1");

describe("commandLine", () => {
  it("names the run root where it is not the usual one", async () => {
    expect((await commandLine({ cwd, runRoot: join(cwd, "runs") }))("ls")).toBe("dad ls");
    expect((await commandLine({ cwd, runRoot: join(cwd, "my runs") }))("ls")).toBe("dad ls --run-root 'my runs'");
  });
});

describe("answerCommands", () => {
  const requests = ["a", "b", "c", "d"].map((key) =>
    InputRequest.parse({ id: `main.x:${key}`, path: "main.x", key, prompt: "?", schema: {}, question: `sha256:${"0".repeat(64)}` }),
  );

  it("answer each of a few requests, and list many; a secret is only given to whoever goes on with the run", async () => {
    const line = await commandLine({ cwd, runRoot: join(cwd, "runs") });
    const [first, ...others] = requests as [InputRequest, ...InputRequest[]];
    expect(answerCommands({ runId, requests }, line)).toEqual(["dad inputs run_1"]);
    expect(answerCommands({ runId, requests: [{ ...first, as: "secret" }, ...others] }, line)).toEqual([
      "dad answer run_1 main.x:b",
      "dad answer run_1 main.x:c",
      "dad answer run_1 main.x:d",
    ]);
    expect(answerCommands({ runId }, line)).toEqual([]);
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
    ["waiting", true],
  ] as const)("of a run that is %s are there: %s", async (status, there) => {
    const line = await commandLine({ cwd, runRoot: join(cwd, "elsewhere") });
    expect(resumeCommands({ runId, status, source }, line)).toEqual(there ? ["dad resume run_1 --run-root elsewhere"] : []);
  });

  it("of a run that does not say where its agent is are none that work as they are", async () => {
    expect(resumeCommands({ runId, status: "failed" }, await commandLine({ cwd, runRoot: cwd }))).toEqual([]);
  });
});
