import { agent, flow } from "@dad/agent";
import { analyzeFolder, applyFileOperations, askModel, askModelFor, defineTool, EditOperations, runCommand, runCommands } from "@dad/nodes";
import { scriptedModel, testAgent } from "@dad/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const node = (program: string): string[] => [process.execPath, "-e", program];

describe("applyFileOperations in a run", () => {
  const edit = { type: "edit_file" as const, path: "a.txt", edits: [{ find: "old", replace: "new" }] };
  const definition = flow("main")
    .node("first", applyFileOperations({ operations: [{ type: "create_file", path: "b/b.txt", content: "b" }], commit: "$expr{runId}: add b" }))
    .node("second", applyFileOperations({ operations: [edit] }));

  it("commits to the outcome at once where it is told to, and else leaves that to the end of the run (D-60)", async () => {
    const run = await testAgent(definition, { files: { "a.txt": "old" } }).run();
    run.expectCompleted();
    expect(run.commits).toMatchObject([
      { node: "main.first", subject: "test: add b", changes: [{ path: "b/b.txt", kind: "added" }] },
      { node: undefined, changes: [{ path: "a.txt", kind: "modified" }] },
    ]);
    expect(run.files).toEqual({ "a.txt": "new", "b/b.txt": "b" });
    expect(run.node("main.second").artifact("changes.diff").text()).toContain("-old\n");
    expect(run.result?.first.commit?.branch).toBe("run/test");
  });

  it("commits nothing and changes nothing when one of the operations cannot be done", async () => {
    const impossible = applyFileOperations({ operations: [edit, { type: "delete_file", path: "missing" }], commit: "never" });
    const run = await testAgent(flow("main").node("change", impossible), { files: { "a.txt": "old" } }).run();
    expect(run.expectFailed("FILE_OPERATION_FAILED")).toMatchObject({ details: { path: "main.change" } });
    expect(run.files).toEqual({ "a.txt": "old" });
    expect(run.commits.map(({ node: by }) => by)).toEqual([undefined]);
  });

  it("is not done again when the run is resumed", async () => {
    const test = testAgent(definition.node("last", runCommand({ argv: node("process.exit(Number(require('node:fs').existsSync('gone')))") })), {
      files: { "a.txt": "old" },
      nodes: {
        "main.last": ({ attempt }) => {
          if (attempt === 1) throw new Error("not yet");
          return { exitCode: 0, stdout: "", stderr: "", end: { stdout: "", stderr: "" }, lost: { stdout: 0, stderr: 0 } };
        },
      },
    });
    await test.run();
    const run = await test.resume();
    run.expectCompleted();
    expect(run.executed).toEqual(["main.last"]);
    expect(run.files).toEqual({ "a.txt": "new", "b/b.txt": "b" });
  });
});

describe("applyFileOperations beside other branches", () => {
  const numbers = Array.from({ length: 8 }, (_, index) => index);

  it("loses no edit that another one makes of the same file at the same time", async () => {
    const edits = agent("main").map("each", {
      items: numbers,
      concurrency: 8,
      body: ({ item }) =>
        flow("one").node(
          "edit",
          applyFileOperations({ operations: [{ type: "edit_file", path: "s.txt", edits: [{ find: `line ${item}\n`, replace: `LINE ${item}\n` }] }] }),
        ),
    });
    const run = await testAgent(edits, { files: { "s.txt": numbers.map((number) => `line ${number}\n`).join("") } }).run();
    run.expectCompleted();
    expect(run.files["s.txt"]).toBe(numbers.map((number) => `LINE ${number}\n`).join(""));
  });

  it("commits only what is whole, and nobody sees what it puts aside", async () => {
    const writes = agent("main").map("each", {
      items: numbers,
      concurrency: 4,
      body: ({ item }) =>
        flow("one")
          .node(
            "write",
            applyFileOperations({
              operations: numbers.map((number) => ({ type: "create_file", path: `d${item}/f${number}`, content: "x\n" })),
              commit: "Write",
            }),
          )
          .node("look", analyzeFolder({ includeHidden: true })),
    });
    const run = await testAgent(writes, { files: { a: "" } }).run();
    run.expectCompleted();
    const changes = run.commits.flatMap((commit) => commit.changes.map((change) => change.path));
    expect(changes.toSorted()).toEqual(numbers.flatMap((number) => numbers.map((other) => `d${number}/f${other}`)).toSorted());
    expect(JSON.stringify(run.result)).not.toContain(".dad_");
  });
});

describe("commands in a run", () => {
  it("keep what they wrote, also when they fail, and tell it as it comes", async () => {
    const program = "console.log('looking'); console.error('no such thing'); process.exit(3)";
    const run = await testAgent(flow("main").node("look", runCommand({ argv: node(program) }))).run();
    expect(run.expectFailed("COMMAND_FAILED").cause).toMatchObject({ details: { exitCode: 3 } });
    const { artifact } = run.node("main.look");
    expect([artifact("stdout").text(), artifact("stderr").text()]).toEqual(["looking\n", "no such thing\n"]);
    const streamed = run.events.filter(({ type }) => type === "output.streamed");
    expect(streamed).toHaveLength(2);
    expect(streamed).toEqual(expect.arrayContaining([expect.objectContaining({ path: "main.look", channel: "stderr", text: "no such thing\n" })]));
  });

  it("see what earlier nodes gave as it was, whatever it looks like, and nothing of this process's environment (D-45)", async () => {
    const definition = agent("main")
      .node("hostile", runCommand({ argv: node("process.stdout.write('$(echo owned) $' + 'var{x} ' + JSON.stringify(process.env.VITEST ?? null))") }))
      .node("told", (nodes) => runCommand({ argv: [...node("process.stdout.write(process.argv[1])"), nodes.hostile.stdout] }));
    const run = await testAgent(definition).run();
    expect(run.expectCompleted().told.stdout).toBe("$(echo owned) $var{x} null");
  });

  it("end with their attempt when the time of that is over (D-56)", async () => {
    const endless = runCommand({ argv: node("setInterval(() => {}, 1000)") });
    const run = await testAgent(flow("main").node("hang", endless, { timeoutMs: 300, onFailure: "continue" })).run();
    expect(run.expectCompleted()).toEqual({ hang: null });
    expect(run.node("main.hang")).toMatchObject({
      status: "failed",
      error: { code: "NODE_TIMEOUT" },
      artifacts: expect.arrayContaining(["stdout"]) as [],
    });
  });

  it("of a node of several tell of each how it ended", async () => {
    const commands = [{ argv: node("process.exit(1)") }, { argv: node("console.log(2)") }];
    const run = await testAgent(flow("main").node("all", runCommands({ commands, failFast: false }))).run();
    expect(run.expectCompleted().all).toMatchObject({ failed: 1, results: [{ exitCode: 1 }, { exitCode: 0, stdout: "2\n" }] });
  });
});

describe("AI nodes in a run", () => {
  const Change = z.object({ operations: EditOperations });

  it("keep the request before the call and count what it used after it, also of a reply that is of no use (row 25)", async () => {
    const definition = flow("main", { variables: { task: "Mend it." } }).node("plan", askModelFor(Change, { model: "coder", prompt: "$var{task}" }));
    const run = await testAgent(definition, { models: { coder: scriptedModel([{ structured: { operations: "none" } }]) } }).run();
    run.expectFailed("MODEL_REPLY_INVALID");
    const plan = run.node("main.plan");
    expect(plan.artifact("state").text()).toContain("Mend it.");
    expect(plan.artifact("reply").text()).toContain("none");
    expect(plan.usage).toMatchObject({ inputTokens: 0, costUsd: 0, recorded: { calls: 1, inputTokens: 1, outputTokens: 1 } });
  });

  it("keep the request also of a call that failed, and use nothing then", async () => {
    const definition = flow("main").node("ask", askModel({ model: "coder", prompt: "Hello?" }));
    const run = await testAgent(definition, { models: { coder: scriptedModel([new Error("down")]) } }).run();
    run.expectFailed();
    expect(run.node("main.ask").artifact("state").text()).toContain("Hello?");
    expect(run.node("main.ask").usage).toBeUndefined();
  });

  it("read the folder, change it with a tool, and say what they did", async () => {
    const rename = defineTool({
      name: "rename",
      description: "Renames a thing.",
      input: z.object({ to: z.string() }),
      effect: "pure",
      execute: ({ to }) => ({ renamed: to }),
    });
    const definition = flow("main")
      .node("look", analyzeFolder({ content: "text" }))
      .node("ask", ({ look }) => askModel({ model: "coder", prompt: `What is in here?\n${look.tree}` }, { tools: [rename] }));
    const coder = scriptedModel([
      { expect: "read.me", answer: { toolCalls: [{ tool: "rename", input: { to: "README.md" } }] } },
      { expect: "README.md", answer: "I renamed it." },
    ]);
    const run = await testAgent(definition, { models: { coder }, files: { "read.me": "$var{task}" } }).run();
    expect(run.expectCompleted().ask.text).toBe("I renamed it.");
    expect(run.node("main.ask").usage).toMatchObject({ inputTokens: 0, recorded: { calls: 2, inputTokens: 2, outputTokens: 2 } });
    expect(() => coder.assertUsedUp()).not.toThrow();
  });
});
