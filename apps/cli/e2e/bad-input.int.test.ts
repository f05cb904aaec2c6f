import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ErrorEnvelope, RunSummary } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { ASKER, askingAgent, callbackAgent, GREETER, scriptedConfig, shellAgent } from "./agents.ts";
import { testProject } from "./project.ts";

const agentFile = (body: string) => `import { agent, flow } from "@dad/agent";\nimport { runCommand } from "@dad/nodes";\n\n${body}\n`;
const NODE = 'runCommand({ argv: ["true"] })';

/** What stops a run from being made: the files, the arguments after `run`, and what is said. */
const REFUSED: readonly (readonly [name: string, files: Record<string, string>, args: string[], code: string, ...says: string[]])[] = [
  ["an unknown agent file", {}, ["nope.ts"], "AGENT_FILE_UNKNOWN", "nope.ts"],
  ["a directory for an agent file", { "src/a.ts": "" }, ["src"], "AGENT_FILE_UNKNOWN", "is not a file"],
  ["a file that exports no agent", { "a.ts": "export const helper = 1;" }, ["a.ts"], "AGENT_MISSING", "it exports helper"],
  [
    "a file that exports several agents",
    { "a.ts": agentFile('export const one = agent("one");\nexport const two = flow("two");') },
    ["a.ts"],
    "AGENT_AMBIGUOUS",
    "one, two",
  ],
  ["a file that is no TypeScript", { "a.ts": "\n\nexport const = ;" }, ["a.ts"], "AGENT_FILE_FAILED", "a.ts:3"],
  ["a file that imports what is not there", { "a.ts": 'import "@dad/nothing";' }, ["a.ts"], "AGENT_FILE_FAILED", "@dad/nothing"],
  ["a file that uses more than types", { "a.ts": "\nenum Direction { Up }" }, ["a.ts"], "AGENT_FILE_FAILED", "a.ts:2", "enum"],
  [
    "a file that imports a name that is not exported",
    { "a b.ts": 'import { nothing } from "./other.ts";\nnothing();', "other.ts": "export const x = 1;" },
    ["a b.ts"],
    "AGENT_FILE_FAILED",
    ": /",
    "/a b.ts:1 cannot be loaded",
  ],
  ["a file that throws", { "a.ts": '\nthrow new Error("thrown at the top");' }, ["a.ts"], "AGENT_FILE_FAILED", "a.ts:2:7", "thrown at the top"],
  [
    "duplicate node ids",
    { "a.ts": agentFile(`export const a = agent("a").node("x", ${NODE}).node("x", ${NODE});`) },
    ["a.ts"],
    "DEFINITION_INVALID",
    "a.ts:4:",
    '"x"',
  ],
  ["an illegal node id", { "a.ts": agentFile(`export const a = agent("a").node("x/y", ${NODE});`) }, ["a.ts"], "DEFINITION_INVALID", '"x/y"'],
  [
    "a template that names nothing",
    { "a.ts": agentFile('export const a = agent("a").node("x", runCommand({ argv: ["$expr{$hier{gone}}"] }));') },
    ["a.ts"],
    "DEFINITION_INVALID",
    "a.x",
    "gone",
  ],
  ["an illegal prefix", { "a.ts": GREETER }, ["a.ts", "--prefix", "No/Good"], "RUN_ID_INVALID", "No/Good"],
  ["an illegal run id", { "a.ts": GREETER }, ["a.ts", "--run-id", "../up"], "RUN_ID_INVALID", "../up"],
  ["an input that is not JSON", { "a.ts": GREETER }, ["a.ts", "--input", "greeter={oops"], "STATIC_INPUTS_INVALID", "greeter"],
  ["an input without a path", { "a.ts": GREETER }, ["a.ts", "--input", "oops"], "STATIC_INPUTS_INVALID", "<path>=<json>"],
  ["an input for nothing", { "a.ts": GREETER }, ["a.ts", "--input", "greeter.nobody=1"], "STATIC_INPUT_INVALID", "greeter.nobody", "greeter.who"],
  ["an input for a node that takes none", { "a.ts": GREETER }, ["a.ts", "--input", "who=1"], "STATIC_INPUT_INVALID", "greeter.who"],
  ["a file of inputs that is not there", { "a.ts": GREETER }, ["a.ts", "--static-inputs", "nope.json"], "STATIC_INPUTS_UNREADABLE", "nope.json"],
  [
    "a profile that there is not",
    { "a.ts": ASKER, "dad.config.ts": scriptedConfig({}) },
    ["a.ts", "--profile", "prod"],
    "PROFILE_UNKNOWN",
    "prod",
    "test",
  ],
  ["a model that the profile has not", { "a.ts": ASKER }, ["a.ts"], "RESOURCE_UNKNOWN", 'asker.ask: there is no model "writer"'],
  [
    "a model that is misspelt",
    { "a.ts": askingAgent("wirter"), "dad.config.ts": scriptedConfig({}) },
    ["a.ts", "--profile", "test"],
    "RESOURCE_UNKNOWN",
    'profile "test"',
    'did you mean "writer"?',
  ],
  ["a config with an unknown key", { "a.ts": GREETER, "dad.config.ts": "export default { runroot: 1 };" }, ["a.ts"], "CONFIG_INVALID", "runRoot"],
  [
    "a workspace that is not there",
    { "a.ts": GREETER, "dad.config.ts": 'export default { workspace: "gone" };' },
    ["a.ts"],
    "CONFIG_INVALID",
    "dad.config.ts",
    "workspace: ",
    "gone",
  ],
  [
    "a workspace that is a file",
    { "a.ts": GREETER, "dad.config.ts": 'export default { workspace: "a.ts" };' },
    ["a.ts"],
    "CONFIG_INVALID",
    "workspace: ",
    "is not a directory",
  ],
  ["a run root below a file", { "a.ts": GREETER, file: "" }, ["a.ts", "--run-root", "file/runs"], "RUN_NOT_OPENED", "file/runs"],
];

describe("dad run refuses", () => {
  it.each(REFUSED.map(([name, files, args, code, ...says]) => ({ name, files, args, code, says })))(
    "$name, and makes no run",
    async ({ files, args, code, says }) => {
      await using project = await testProject(files);
      const ended = await project.dad("run", ...args, "--json");
      expect(ended.stderr).toContain(`error ${code}: `);
      for (const text of says) expect(ended.stderr).toContain(text);
      expect(ended.code).toBe(2);
      const { error } = JSON.parse(ended.stdout) as { error: unknown };
      expect(ErrorEnvelope.parse(error).code).toBe(code);
      expect(globSync(["**/journal.jsonl", "runs/*"], { cwd: project.directory })).toEqual([]);
    },
  );

  it("a run id that is taken, and leaves that run alone", async () => {
    await using project = await testProject({ "a.ts": shellAgent("true") });
    await project.dad("run", "a.ts", "--run-id", "taken");
    const before = await project.read("runs/taken/journal.jsonl");
    const { code, stdout, stderr } = await project.dad("run", "a.ts", "--run-id", "taken");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("error RUN_EXISTS: there is a run taken already");
    expect(await project.read("runs/taken/journal.jsonl")).toBe(before);
  });

  it.each([
    [["rnu"], "Did you mean run?"],
    [["run", "a.ts", "--jsn"], "Did you mean --json?"],
    [["run"], "missing required argument 'file'"],
    [["show"], "(dad show --help shows what it takes)"],
    [["run", "a.ts", "--run-id", "x", "--prefix", "y"], "'--run-id <id>' cannot be used with option '--prefix <prefix>'"],
    [["run", "a.ts", "--run-root", ""], "'--run-root <dir>' argument '' is invalid. It is empty."],
    [["ls", "--run-root="], "It is empty."],
    [["show", "x", "--run-root="], "It is empty."],
    [[], "Usage: dad"],
    [[], "error: a command is missing"],
  ])("the command line %j", async (args, says) => {
    await using project = await testProject();
    const { code, stdout, stderr } = await project.dad(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });

  it("a wrong command line with --json as an error of the public form", async () => {
    await using project = await testProject();
    const { code, stdout } = await project.dad("show", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "USAGE_INVALID", message: "missing required argument 'run'" } });
  });
});

/** What makes a run fail: the files, the code of the cause, and what is said. */
const FAILING: readonly (readonly [name: string, files: Record<string, string>, code: string, ...says: string[]])[] = [
  ["a command that exits non-zero", { "a.ts": shellAgent("echo broken >&2; exit 3") }, "COMMAND_FAILED", "exit code 3", "broken"],
  [
    "a program that is not there",
    { "a.ts": shellAgent("x").replace('shell: "x"', 'argv: ["no-such-program"]') },
    "PROGRAM_MISSING",
    "no-such-program",
  ],
  ["a node that throws", { "a.ts": callbackAgent('throw new RangeError("boom");') }, "UNEXPECTED", "boom", "a.ts:5:"],
  ["a reply that does not fit its schema", { "a.ts": ASKER, "dad.config.ts": scriptedConfig({ titel: 1 }) }, "MODEL_REPLY_INVALID", "title"],
  ["a model that is chosen as it runs, and that the profile has not", { "a.ts": askingAgent("$var{who}") }, "RESOURCE_UNKNOWN", "writer"],
];

describe("dad run records as failed", () => {
  it.each(FAILING.map(([name, files, code, ...says]) => ({ name, files, code, says })))("$name", async ({ files, code, says }) => {
    await using project = await testProject(files);
    const { code: exitCode, stdout, stderr } = await project.dad("run", "a.ts", "--json");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("error NODE_FAILED: ");
    // What has no code of its own is told by its class.
    expect(stderr).toContain(`caused by ${code === "UNEXPECTED" ? "RangeError" : code}`);
    for (const text of says) expect(stderr).toContain(text);

    const run = RunSummary.parse(JSON.parse(stdout));
    const error = { code: "NODE_FAILED", cause: { code } };
    expect(run).toMatchObject({ status: "failed", error, nodes: [{ status: "failed" }] });
    expect(await project.manifest(run.runId)).toMatchObject({ status: "failed", error });
    expect(await project.journal(run.runId)).toEqual(expect.arrayContaining(["node.failed", "component.failed", "outcome.committed", "run.failed"]));
    const result = JSON.parse(await readFile(join(run.runDir, ...(run.nodes[0]?.path ?? "").split("."), "result.json"), "utf8")) as unknown;
    expect(result).toMatchObject({ status: "failed", error: { code } });
  });

  it("a node whose words would take over the terminal, and shows them harmless", async () => {
    await using project = await testProject({ "a.ts": callbackAgent(String.raw`throw new Error("\u001b]0;owned\u0007\u001b[2J");`) });
    const { stdout, stderr } = await project.dad("run", "a.ts", "--run-id", "nasty");
    const shown = await project.dad("show", "nasty");
    const json = await project.dad("show", "nasty", "--json");
    for (const text of [stdout, stderr, shown.stdout, json.stdout]) expect(text).not.toContain("\u001b");
    expect(stderr).toContain(String.raw`\x1b]0;owned\x07`);
  });
});
