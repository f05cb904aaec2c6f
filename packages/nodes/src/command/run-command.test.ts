import type { Command, ExecOptions } from "@dad/isolation";
import type { DadError } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";
import { runCommands } from "./run-commands.ts";
import { execResult, type FakeExec, fakeSpace, runNode, testingContext } from "../testing-context.ts";

function withExec(exec: FakeExec, workspace = "/work space") {
  return testingContext({ workspace, space: fakeSpace(exec) });
}

const BYTES = new Uint8Array([0x61, 0xff, 0xe2, 0x82]);

describe("runCommand (row 94)", () => {
  it("runs in the workspace, with what it was given", async () => {
    const calls: { command: Command; options: ExecOptions | undefined }[] = [];
    const { context } = withExec(async (command, options) => {
      calls.push({ command, options });
      return execResult({ stdout: "out\n", stderr: "err\n" });
    });
    const definition = runCommand({ argv: ["npm", "test", "a b"], env: { CI: "1" }, stdin: "in", timeoutMs: 5000, outputLimitBytes: 10 });
    await expect(runNode(definition, context)).resolves.toEqual({
      exitCode: 0,
      stdout: "out\n",
      stderr: "err\n",
      lost: { stdout: 0, stderr: 0 },
    });
    expect(calls).toEqual([
      {
        command: { argv: ["npm", "test", "a b"], cwd: "/work space", env: { CI: "1" }, stdin: "in" },
        options: {
          signal: context.signal,
          outputLimitBytes: 10,
          timeoutMs: 5000,
          onStart: expect.any(Function) as unknown,
          onOutput: expect.any(Function) as unknown,
        },
      },
    ]);
  });

  it.each([
    [undefined, "/space", "/space"],
    ["/workspace", "lib", "/workspace/lib"],
    ["/workspace", "/elsewhere", "/elsewhere"],
  ])("with the workspace %j and cwd %j runs in %j", async (workspace, cwd, expected) => {
    const seen: unknown[] = [];
    const space = fakeSpace(async (command) => {
      seen.push(command.cwd);
      return execResult();
    }, "/space");
    const { context } = testingContext({ space, ...(workspace === undefined ? {} : { workspace }) });
    await runNode(runCommand({ argv: ["ls"], ...(workspace === undefined ? {} : { cwd }) }), context);
    expect(seen).toEqual([expected]);
  });

  it.each(["..", "lib/../../x", "./.."])("does not run in %j, which leaves the workspace", async (cwd) => {
    const { context } = withExec(() => Promise.reject(new Error("it ran")));
    await expect(runNode(runCommand({ argv: ["ls"], cwd }), context)).rejects.toMatchObject({ code: "CWD_INVALID", details: { cwd } });
  });

  it("takes settings and more environment through its input (row 99, D-57)", async () => {
    const seen: Command[] = [];
    const { context } = withExec(async (command) => {
      seen.push(command);
      return execResult({ exitCode: 1 });
    });
    const definition = runCommand({ shell: "npm test", env: { A: "1", B: "1" } });
    await runNode(definition, context, { settings: { shell: null, argv: ["npm", "run", "it"], allowExitCodes: [1] }, env: { B: "2" } });
    expect(seen).toMatchObject([{ argv: ["npm", "run", "it"], env: { A: "1", B: "2" } }]);
    await expect(runNode(definition, context, { settings: { argv: ["a"] } })).rejects.toMatchObject({ code: "SETTINGS_OVERRIDE_INVALID" });
  });

  it.each([
    [{}, { untrusted: false }, []],
    [{}, { untrusted: true }, ["contained"]],
    [{ isolation: "hostile" }, { untrusted: true }, ["hostile"]],
    [{ isolation: "contained" }, { untrusted: false }, ["contained"]],
    [{ isolation: "cooperative" }, { untrusted: false }, ["cooperative"]],
    [{ isolation: "cooperative" }, { untrusted: true }, ["contained"]],
  ] as const)("with %j and %j asks for the isolation %j, and runs nowhere else", async (settings, { untrusted }, asked) => {
    const ranIn: string[] = [];
    const spaceNamed = (name: string) =>
      fakeSpace(async () => {
        ranIn.push(name);
        return execResult();
      });
    const { context, policies } = testingContext({ untrusted, workspace: "/work", space: spaceNamed("run"), isolatedSpace: spaceNamed("own") });
    await runNode(runCommand({ argv: ["a"], ...settings }), context);
    expect(policies.map(({ preset }) => preset)).toEqual(asked);
    expect(ranIn).toEqual([asked.length === 0 ? "run" : "own"]);
  });

  it.each(["memory", "disk"] as const)("says that it went over its limit of %s", async (reason) => {
    const { context } = withExec(async () => execResult({ reason, exitCode: null, signal: "SIGKILL" }));
    await expect(runNode(runCommand({ argv: ["a"] }), context)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringContaining(`used more ${reason} than its limit`) as unknown,
    });
  });

  it("executes all that decides what a command does, of one and of several, and nothing that holds it", () => {
    const { executes } = runCommand({ argv: ["a"] }).nodeType;
    expect(executes?.({ argv: ["$a"], stdin: "x", env: { A: "b" }, timeoutMs: 1 })).toEqual([["$a"], "x", { A: "b" }]);
    const several = runCommands({ commands: [] }).nodeType;
    expect(several.executes?.({ commands: [{ shell: "$b" }, "$c"], env: { A: "b" } })).toEqual([{ A: "b" }, [["$b"], "$c"]]);
  });

  it("lets nobody who gives the commands say what each is held to", () => {
    const { settings } = runCommands({ commands: [] }).nodeType;
    expect(settings.safeParse({ commands: [{ argv: ["a"], isolation: "cooperative" }] }).success).toBe(false);
    expect(settings.safeParse({ commands: [{ argv: ["a"] }], isolation: "contained" }).success).toBe(true);
  });

  it("gives a shell line to sh", async () => {
    const seen: unknown[] = [];
    const { context } = withExec(async ({ argv }) => {
      seen.push(argv);
      return execResult();
    });
    await runNode(runCommand({ shell: "a | b" }), context);
    expect(seen).toEqual([["sh", "-c", "a | b"]]);
  });

  it.each([
    {},
    { argv: [] },
    { argv: ["a"], shell: "a" },
    { argv: ["a"], timeoutMs: 0 },
    { argv: ["a"], timeoutMs: 2 ** 31 },
    { argv: ["a"], comand: "b" },
    { argv: ["a"], allowExitCodes: [-1] },
    { argv: ["a"], allowExitCodes: [2 ** 32] },
    { argv: ["a"], allowExitCodes: [0.5] },
  ])("does not take the settings %j", (settings) => {
    expect(runCommand({ argv: ["a"] }).nodeType.settings.safeParse(settings).success).toBe(false);
  });

  it.each([
    [{ argv: ["a", 2] }, ["argv", 1], "is a number, and has to be text: write $expr{string(…)}"],
    [{ argv: ["a", null] }, ["argv", 1], "is null, and has to be text"],
    [{ shell: ["a"] }, ["shell"], "is a list, and has to be text: write $expr{json(…)}"],
    [{ argv: ["a"], env: { A: true } }, ["env", "A"], "is a boolean, and has to be text: write $expr{string(…)}"],
    [{ argv: ["a"], stdin: {} }, ["stdin"], "is an object, and has to be text: write $expr{json(…)}"],
    [{ argv: ["a", "b\0"] }, ["argv", 1], "holds a NUL character, which no argument of a process can"],
    [{ shell: "a\0" }, ["shell"], "holds a NUL character, which no argument of a process can"],
    [{ argv: ["a"], env: { A: "\0" } }, ["env", "A"], "holds a NUL character, which no environment variable can"],
    [{ argv: ["a"], env: { "A=B": "" } }, ["env", "A=B"], '"A=B" cannot name an environment variable: it holds "="'],
    [{ argv: ["a"], env: { "A\0": "" } }, ["env", "A\0"], '"A\\u0000" cannot name an environment variable: it holds a NUL character'],
    [{ argv: ["a"], env: { "": "" } }, ["env", ""], "an environment variable has to have a name"],
  ])("says of the settings %j where they are no text for a process", (settings, path, message) => {
    const problems = runCommand({ argv: ["a"] }).nodeType.settings.safeParse(settings).error?.issues;
    expect(problems).toMatchObject([{ path, message }]);
  });

  it("keeps the very bytes and gives text (D-57)", async () => {
    const { context, artifacts } = withExec(async () => ({ ...execResult(), stdout: BYTES }));
    await expect(runNode(runCommand({ argv: ["a"] }), context)).resolves.toMatchObject({ stdout: "a\ufffd\ufffd", lost: { stdout: 0, stderr: 0 } });
    expect(artifacts.get("stdout")?.data).toEqual(BYTES);
    expect([...artifacts.keys()]).toEqual(["stdout", "stderr"]);
  });

  it("tells output as it comes, and quotes its very end when not all was kept", async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}\n`).join("");
    const { context, artifacts, pieces } = withExec(async (_command, { onOutput, outputLimitBytes = 0 } = {}) => {
      const bytes = new TextEncoder().encode(lines);
      onOutput?.("stdout", bytes);
      return {
        ...execResult({ exitCode: 1 }),
        stdout: bytes.subarray(0, outputLimitBytes),
        lost: { stdout: bytes.length - outputLimitBytes, stderr: 0 },
      };
    });
    await expect(runNode(runCommand({ argv: ["t"], outputLimitBytes: 400 }), context)).rejects.toThrow(
      /its stdout ends with:\n[^]*line 998\nline 999$/,
    );
    expect(pieces).toEqual([{ channel: "stdout", text: lines.slice(0, 400) }]);
    expect([...artifacts].map(([name, { data }]) => [name, Buffer.from(data as Uint8Array).toString()])).toEqual([
      ["stdout", lines.slice(0, 300)],
      ["stdout-end", lines.slice(-100)],
      ["stderr", ""],
    ]);
  });

  it("fails with the exit code and the end of stderr, and keeps the output", async () => {
    const { context, artifacts } = withExec(async () => execResult({ exitCode: 3, stdout: "progress", stderr: `${"x".repeat(5000)}\nboom\n` }));
    const failure = runNode(runCommand({ argv: ["npm", "test"] }), context);
    await expect(failure).rejects.toMatchObject({ code: "COMMAND_FAILED", details: { command: "npm test", exitCode: 3, signal: null } });
    await expect(failure).rejects.toThrow(/^the command `npm test` ended with exit code 3; its stderr ends with:\n…x+\nboom$/);
    await expect(failure).rejects.toSatisfy((error: Error) => error.message.length < 2500);
    expect([...artifacts.keys()]).toEqual(["stdout", "stderr"]);
  });

  it("quotes no more than twenty lines of it", async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `${index}`);
    const { context } = withExec(async () => execResult({ exitCode: 1, stderr: lines.join("\n") }));
    await expect(runNode(runCommand({ argv: ["t"] }), context)).rejects.toThrow(`ends with:\n…${lines.slice(80).join("\n")}`);
  });

  it("quotes stdout when stderr says nothing", async () => {
    const { context } = withExec(async () => execResult({ exitCode: 1, stdout: "1 test failed\n", stderr: "\n" }));
    await expect(runNode(runCommand({ argv: ["t"] }), context)).rejects.toThrow("its stdout ends with:\n1 test failed");
  });

  it("takes the exit codes that are allowed, and only those", async () => {
    const { context } = withExec(async () => execResult({ exitCode: 1 }));
    await expect(runNode(runCommand({ argv: ["grep"], allowExitCodes: [0, 1] }), context)).resolves.toMatchObject({ exitCode: 1 });
    const zero = withExec(async () => execResult());
    await expect(runNode(runCommand({ argv: ["grep"], allowExitCodes: [1] }), zero.context)).rejects.toThrow(
      "ended with exit code 0; it wrote nothing",
    );
  });

  it("says that a command timed out, and keeps its output", async () => {
    const { context, artifacts } = withExec(async () => execResult({ reason: "timeout", exitCode: null, signal: "SIGKILL", stdout: "so far" }));
    const failure = runNode(runCommand({ argv: ["sleep"], timeoutMs: 10 }), context);
    await expect(failure).rejects.toMatchObject({ code: "COMMAND_TIMEOUT", message: expect.stringContaining("did not end within 10 ms") as string });
    expect(artifacts.size).toBe(2);
  });

  it("records where a command is to be found as it starts, and fails when that cannot be recorded", async () => {
    const started = { pid: 7, host: "h", startTime: "12" };
    const exec: FakeExec = async (_command, { onStart } = {}) => (onStart?.(started), execResult());
    const { context, emitted, artifacts } = withExec(exec);
    await runNode(runCommand({ argv: ["npm", "test"] }), context);
    expect(emitted).toEqual([{ name: "command.started", data: { command: "npm test", ...started } }]);
    artifacts.clear();
    const full = { ...context, emit: () => Promise.reject(new Error("the disk is full")) };
    await expect(runNode(runCommand({ argv: ["npm", "test"] }), full)).rejects.toThrow("the disk is full");
  });

  it("says which signal ended a command", async () => {
    const { context } = withExec(async () => execResult({ reason: "signaled", exitCode: null, signal: "SIGSEGV" }));
    await expect(runNode(runCommand({ argv: ["a"] }), context)).rejects.toThrow("was ended by SIGSEGV");
  });

  it("rejects with the reason of the abort", async () => {
    const reason = new Error("cancelled");
    const { context, controller } = withExec(async () => {
      controller.abort(reason);
      return execResult({ reason: "aborted", exitCode: null });
    });
    await expect(runNode(runCommand({ argv: ["a"] }), context)).rejects.toBe(reason);
    await expect(runNode(runCommand({ argv: ["a"] }), context)).rejects.toBe(reason);
  });

  it("rejects when its space was killed", async () => {
    const { context } = withExec(async () => execResult({ reason: "aborted", exitCode: null }));
    await expect(runNode(runCommand({ argv: ["a"] }), context)).rejects.toMatchObject({ code: "COMMAND_FAILED" });
  });
});

describe("a secret in a command", () => {
  const secret = "Zq7vK2mXw9Rt4LpB8sNd";
  const parts = /Zq7v|K2mX|w9Rt|4LpB|8sNd/;

  it("is in no part of it that is told, nor of the end of its output", async () => {
    const space = fakeSpace(async (_command, options) => {
      options?.onStart?.({ host: "h", pid: 1, startedAt: "s" } as never);
      return execResult({ exitCode: 1, stderr: `${secret}${"z".repeat(1_990)}` });
    });
    const { context, emitted } = testingContext({ space, resources: { secrets: { key: secret } } });
    const shell = `${"x".repeat(190)}${secret}`;
    const failure = await runNode(runCommand({ shell }), context).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: "COMMAND_FAILED" });
    expect((failure as Error).message).not.toMatch(parts);
    expect(emitted).toHaveLength(1);
    expect(JSON.stringify(emitted)).not.toMatch(parts);
    const all = await runNode(runCommands({ commands: [{ shell }] }), context).catch((error: unknown) => error as DadError);
    expect(JSON.stringify((all as DadError).details["results"])).not.toMatch(parts);
  });
});
