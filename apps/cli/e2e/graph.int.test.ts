import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { DefinitionGraph, ErrorEnvelope } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { GREETER } from "./agents.ts";
import { testProject } from "./project.ts";

const CODER = resolve(import.meta.dirname, "../../sample-coder/src/agent.ts");

/** An agent with every block. */
const EVERYTHING = `
import { agent, flow, variable } from "@dad/agent";
import { runCommand } from "@dad/nodes";
import { z } from "zod";

console.log("loading everything");
const step = (id: string) => flow(id).node("run", runCommand({ argv: ["echo", id] }));

export const everything = agent("everything", { variables: { mode: variable(z.string()) } })
  .node("list", runCommand({ argv: ["ls"] }), { timeoutMs: 5000, retry: { attempts: 2 } })
  .conditional("some", { condition: ({ list }) => \`$expr{\${"$hier{list}.stdout"} != ""}\`, isTrue: step("yes"), isFalse: step("no") })
  .switch("mode", { on: (_nodes, { mode }) => mode, cases: { fast: step("fast"), slow: step("slow") }, otherwise: step("other") })
  .forEach("each", { items: ["a", "b"], body: ({ item }) => flow("body").node("say", runCommand({ argv: ["echo", item] })) })
  .map("all", { items: [1, 2], concurrency: 2, body: step("part") })
  .while("again", { condition: "$expr{index < 2}", max: 3, body: step("round") })
  .parallel("both", { left: step("left"), right: step("right") })
  .try("guarded", { body: step("tried"), catch: step("caught"), finally: step("cleaned") });
`;

describe("dad graph", () => {
  it("shows the sample agent as a tree", async () => {
    await using project = await testProject();
    const { code, stdout, stderr } = await project.dad("graph", CODER);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`coder (agent)
└─ fix (flow)
   ├─ survey  folder_analyzer
   ├─ plan  ai_model
   ├─ apply  file_operation
   └─ verify  command, idempotent
`);
  });

  it("shows every block, and keeps what the file prints out of it", async () => {
    await using project = await testProject({ "agent.ts": EVERYTHING });
    const tree = await project.dad("graph", "agent.ts");
    expect({ code: tree.code, stderr: tree.stderr }).toEqual({ code: 0, stderr: "loading everything\n" });
    expect(tree.stdout.split("\n").filter((line) => /^[├└]/.test(line))).toEqual([
      "├─ list  command, within 5 s, 2 attempts",
      '├─ some  if $expr{$hier{list}.stdout != ""}',
      "├─ mode  switch on $expr{mode}",
      '├─ each  for each item of ["a","b"]',
      "├─ all  map each item of [1,2], 2 at a time",
      "├─ again  while $expr{index < 2}, at most 3",
      "├─ both  parallel",
      "└─ guarded  try",
    ]);
    const mermaid = await project.dad("graph", "agent.ts", "--format", "mermaid");
    expect(mermaid.stdout).toMatch(/^flowchart TD\n {2}subgraph n_everything\["everything \(agent, needs mode\)"\]\n/);
    expect(mermaid.stdout).toContain('n_everything_list -.->|"stdout"| n_everything_some_decides\n');
    for (const args of [["--json"], ["--format", "json"]]) {
      const json = await project.dad("graph", "agent.ts", ...args);
      const graph = DefinitionGraph.parse(JSON.parse(json.stdout));
      expect(graph.elements.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["for_each", "map", "while", "try"]));
    }
  });

  it("makes no directory, and needs no configuration that works", async () => {
    await using project = await testProject({ "agent.ts": GREETER, "dad.config.ts": "this is none" });
    expect((await project.dad("graph", "agent.ts")).code).toBe(0);
    expect(readdirSync(project.directory).toSorted()).toEqual(["agent.ts", "dad.config.ts"]);
  });

  it("shows a definition that cannot run, and says why on stderr", async () => {
    const text = GREETER.replace("who.stdout", '"$expr{$hier{wo}.stdout}"');
    await using project = await testProject({ "agent.ts": text });
    const { code, stdout, stderr } = await project.dad("graph", "agent.ts", "--json");
    expect(code).toBe(2);
    expect(DefinitionGraph.parse(JSON.parse(stdout)).elements.map(({ path }) => path)).toEqual(["greeter", "greeter.who", "greeter.note"]);
    expect(stderr).toContain("error DEFINITION_INVALID: ");
    expect(stderr).toContain('greeter.note: operations[0].content: there is no node "wo" before this; did you mean "who"?');
  });

  it.each([
    { what: "a file that is not there", text: undefined, args: [], errorCode: "AGENT_FILE_UNKNOWN" },
    { what: "a file that exports no agent", text: "export const helper = 1;", args: [], errorCode: "AGENT_MISSING" },
    { what: "a file that cannot be loaded", text: "export const = ;", args: [], errorCode: "AGENT_FILE_FAILED" },
    { what: "two answers to one question", text: GREETER, args: ["--format", "tree"], errorCode: "USAGE_INVALID" },
  ])("refuses $what as dad run does", async ({ text, args, errorCode }) => {
    await using project = await testProject(text === undefined ? {} : { "a.ts": text });
    const { code, stdout } = await project.dad("graph", "a.ts", ...args, "--json");
    expect(code).toBe(2);
    expect(ErrorEnvelope.parse((JSON.parse(stdout) as { error: unknown }).error).code).toBe(errorCode);
  });
});
