import { type Command, ProgramMissingError } from "@dad/isolation";
import { describe, expect, it } from "vitest";
import { execResult, type FakeExec, fakeSpace, runNode, testingContext } from "../testing-context.ts";
import { runCommands } from "./run-commands.ts";

/** Each program ends as its name says. */
const exec: FakeExec = async ({ argv: [program] }) => {
  if (program === "gone") throw new ProgramMissingError(program, { path: "/bin" });
  if (program === "slow") return execResult({ reason: "timeout", exitCode: null, signal: "SIGKILL", stdout: "so far" });
  if (program === "killed") return execResult({ reason: "signaled", exitCode: null, signal: "SIGSEGV" });
  return execResult({ exitCode: Number(program), stdout: `out ${program}` });
};

const commands = (...programs: string[]) => programs.map((program) => ({ argv: [program] }));
const context = (use: FakeExec = exec) => testingContext({ workspace: "/w", space: fakeSpace(use) });

describe("runCommands", () => {
  it("runs them in order and gives a result for each", async () => {
    const seen: Command[] = [];
    const testing = context(async (command) => (seen.push(command), execResult({ stdout: "out" })));
    const definition = runCommands({
      cwd: "lib",
      env: { ALL: "1", BOTH: "1" },
      commands: [{ argv: ["0"] }, { shell: "0", cwd: "/x", env: { BOTH: "2", ITS: "2" }, stdin: "in", allowExitCodes: [0, 3] }],
    });
    const output = await runNode(definition, testing.context, { env: { ITS: "3" } });
    expect(output).toMatchObject({ failed: 0, results: [{ command: "0", status: "completed", stdout: "out" }, { command: "0" }] });
    expect(seen).toEqual([
      { argv: ["0"], cwd: "/w/lib", env: { ALL: "1", BOTH: "1", ITS: "3" } },
      { argv: ["sh", "-c", "0"], cwd: "/x", env: { ALL: "1", BOTH: "2", ITS: "3" }, stdin: "in" },
    ]);
    expect([...testing.artifacts.keys()]).toEqual(["commands/0/stdout", "commands/0/stderr", "commands/1/stdout", "commands/1/stderr"]);
  });

  it("has nothing to do when there are none", async () => {
    await expect(runNode(runCommands({ commands: [] }), context().context)).resolves.toEqual({ failed: 0, results: [] });
  });

  it.each([
    [
      "3",
      { code: "COMMAND_FAILED", says: "commands[1]: the command `3` ended with exit code 3", ended: { status: "failed", exitCode: 3, signal: null } },
    ],
    [
      "slow",
      {
        code: "COMMAND_TIMEOUT",
        says: "commands[1]: the command `slow` did not end within",
        ended: { status: "timed_out", exitCode: null, signal: "SIGKILL" },
      },
    ],
    [
      "killed",
      {
        code: "COMMAND_FAILED",
        says: "commands[1]: the command `killed` was ended by SIGSEGV",
        ended: { status: "failed", exitCode: null, signal: "SIGSEGV" },
      },
    ],
    ["gone", { code: "COMMAND_FAILED", says: 'commands[1]: cannot start "gone"', ended: { status: "not_started", exitCode: null, signal: null } }],
  ])("fails with the first that fails (%s), and keeps what came before (D-56)", async (program, { code, says, ended }) => {
    const { context: it, artifacts } = context();
    const failure = runNode(runCommands({ commands: commands("0", program, "0", "0"), timeoutMs: 10 }), it);
    const notRun = { command: "0", status: "not_run", exitCode: null, signal: null };
    await expect(failure).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says) as string,
      details: { index: 1, results: [{ command: "0", status: "completed", exitCode: 0 }, { command: program, ...ended }, notRun, notRun] },
    });
    await expect(failure).rejects.toThrow("2 more were not run.");
    expect([...artifacts.keys()].slice(0, 2)).toEqual(["commands/0/stdout", "commands/0/stderr"]);
  });

  it("runs all when it is told to, and says which failed", async () => {
    const output = await runNode(runCommands({ commands: commands("1", "gone", "0", "slow"), failFast: false, timeoutMs: 10 }), context().context);
    expect(output.failed).toBe(3);
    expect(output.results).toMatchObject([
      { status: "failed", exitCode: 1, stdout: "out 1", problem: expect.stringContaining("exit code 1") as string },
      { status: "not_started", problem: expect.stringContaining("gone") as string },
      { status: "completed", exitCode: 0 },
      { status: "timed_out", stdout: "so far" },
    ]);
  });

  it("stops for an isolation that fails and for an abort, whatever else it was told", async () => {
    const broken = context(() => Promise.reject(new Error("no more processes")));
    await expect(runNode(runCommands({ commands: commands("0"), failFast: false }), broken.context)).rejects.toThrow("no more processes");
    const reason = new Error("cancelled");
    const aborting = context(async () => (aborting.controller.abort(reason), execResult({ reason: "aborted", exitCode: null, stdout: "so far" })));
    await expect(runNode(runCommands({ commands: commands("0", "0"), failFast: false }), aborting.context)).rejects.toBe(reason);
    expect([...aborting.artifacts.keys()]).toEqual(["commands/0/stdout", "commands/0/stderr"]);
  });

  it.each([
    { commands: [{}] },
    { commands: [{ argv: ["a"], shell: "a" }] },
    { commands: [{ argv: ["a"], outputLimitBytes: 1 }] },
    { commands: [{ argv: ["a"] }], argv: ["a"] },
    { commands: "npm test" },
  ])("does not take the settings %j", (settings) => {
    expect(runCommands({ commands: [] }).nodeType.settings.safeParse(settings).success).toBe(false);
  });
});
