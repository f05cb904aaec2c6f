import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { GREETER } from "./agents.ts";
import { testProject } from "./project.ts";

const READER = `
import { agent, defineNode, flow, variable } from "@dad/agent";
import { runCommand } from "@dad/nodes";
import { z } from "zod";

const look = defineNode({
  type: "look",
  version: "1",
  effect: "pure",
  workspace: "none",
  settings: z.object({ text: z.string() }),
  input: z.strictObject({ text: z.string(), count: z.int().optional() }),
  output: z.object({ text: z.string(), files: z.array(z.string()) }),
  execute: ({ inputFiles }, { settings, input }) => ({ text: input?.text ?? settings.text, files: inputFiles.map(({ name }) => name) }),
});
const ask = flow("ask", { variables: { topic: variable(z.string()) } }).node("say", look({ text: "$var{topic}" }));

export const reader = agent("reader")
  .component("ask", ask.with({ topic: "cats" }))
  .node("cat", runCommand({ argv: ["cat", "$var{inputDirectory}/sub/note.txt"] }, ), { effect: "pure" })
  .node("last", look({ text: "own" }));
`;

describe("dad run with static inputs that are wrong", () => {
  it("says all that is no JSON, in the words of whoever wrote it, and where it is", async () => {
    const broken = '{\n  // the topic\n  "ask": { \'topic\': "dogs", },\n  "last": { text: "x", "count": NaN, "count": 9007199254740993 }\n}\n';
    await using project = await testProject({ "a.ts": READER, "broken.json": broken });
    const ended = await project.dad("run", "a.ts", "--static-inputs", "broken.json", "--input", "ask={topic:dogs}", "--input", "last");
    const file = project.path("broken.json");
    const quoting = "In a shell, put all of it in single quotes";
    expect(ended).toEqual({
      code: 2,
      stdout: "",
      stderr: [
        `error STATIC_INPUTS_INVALID: ${file}:2:3: JSON has no comments: remove it`,
        `    ${file}:3:12: a text is in double quotes (") and no others: write "topic"`,
        `    ${file}:3:27: there is a comma before the end of the object: remove it`,
        `    ${file}:4:13: a key is in double quotes: write "text"`,
        `    ${file}:4:33: JSON has no NaN: write null, or a text in double quotes`,
        `    ${file}:4:38: it has "count" twice in one object: keep one of them`,
        `    ${file}:4:47: 9007199254740993 would be read as 9007199254740992, which is another number: write it as a text, in double quotes`,
        `    --input #1 (ask), column 6: a key is in double quotes: write "topic". ${quoting}`,
        `    --input #1 (ask), column 12: dogs is no value of JSON: a text is in double quotes, as in "dogs". ${quoting}`,
        `    --input #2 is "last": write it as <path>=<json>, for instance agent.flow.node={"count":3}. ${quoting}`,
        "",
      ].join("\n"),
    });
    expect(globSync("runs/*", { cwd: project.directory })).toEqual([]);
  });

  it("says all that does not fit, what could be meant, and where it is written", async () => {
    const wrong = '{\n  "ask": {\n    "tpoic": "dogs",\n    "topic": 3\n  },\n  "lsat": { "text": "x" },\n  "reader.last": { "txt": "x" }\n}\n';
    await using project = await testProject({ "a.ts": READER, "wrong.json": wrong });
    const { code, stderr } = await project.dad("run", "a.ts", "--static-inputs", "wrong.json", "--input", 'say={"text":1}');
    const file = project.path("wrong.json");
    expect({ code, lines: stderr.split("\n") }).toEqual({
      code: 2,
      lines: [
        `error STATIC_INPUT_INVALID: ${file}:6:11: static input "lsat" is for nothing in this definition; did you mean "last"? there are "reader", "ask", "say", "cat", "last"`,
        `    ${file}:3:14: static input "reader.ask": there is no variable "tpoic"; did you mean "topic"? there is "topic"`,
        `    ${file}:4:14: static input "reader.ask": the variable "topic" does not fit: Invalid input: expected string, received number`,
        expect.stringMatching(/^ {4}.*wrong\.json:7:18: static input "reader\.last": .*txt: there is none; did you mean "text"\?/) as string,
        '    --input #1 (say), column 5: static input "reader.ask.say": text: Invalid input: expected string, received number',
        "",
      ],
    });
    expect(globSync("runs/*", { cwd: project.directory })).toEqual([]);
  });
});

describe("dad run --input-dir", () => {
  const files = {
    "a.ts": READER,
    "in/sub/note.txt": "hello\n",
    "in/static_inputs.json": '{"last":{"text":"given"}}',
    "in/big.txt": "x".repeat(20_000),
  };

  it("gives a run files and values, which outlive their directory, and re-runs go by them", async () => {
    await using project = await testProject({ ...files, "in2/sub/note.txt": "changed\n" });
    expect(await project.dad("run", "a.ts", "--input-dir", "in", "--run-id", "one")).toMatchObject({ code: 0 });
    expect(JSON.parse(await project.read("runs/one/reader/last/outcome.json"))).toEqual({ text: "given", files: ["big.txt", "sub/note.txt"] });
    expect(await project.read("runs/one/static_inputs/sub/note.txt")).toBe("hello\n");
    expect(await project.artifact("one", "stdout")).toBe("hello\n");

    const explained = await project.dad("explain", "one", "--input-dir", "in2");
    expect(explained.stdout).toMatch(/reader\.cat +execute +inputFiles was "sha256:/);
    expect(await project.dad("rerun", "one", "--run-id", "two")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/last +completed +\S+ +reused/) as string,
    });
    expect(await project.dad("rerun", "two", "--input-dir", "in2", "--run-id", "three")).toMatchObject({ code: 0 });
    expect(await project.artifact("three", "stdout")).toBe("changed\n");
    expect(await project.read("runs/three/static_inputs/big.txt")).toHaveLength(20_000);

    execFileSync("rm", ["-r", ...["in", "in2", "runs/one", "runs/two", "runs/three/static_inputs"].map((path) => project.path(path))]);
    expect(await project.dad("gc", "--purge")).toMatchObject({ code: 0 });
    expect(await project.dad("checkout", "three")).toMatchObject({ code: 0 });
    expect(await project.read("runs/three/static_inputs/big.txt")).toHaveLength(20_000);
    expect(await project.dad("fsck")).toMatchObject({ code: 0 });
  });

  it("says all that cannot be given to a run, and makes none", async () => {
    await using project = await testProject({ ...files, "in/static_inputs.json": "{oops}", "values.json": "{}" });
    await symlink("/etc/passwd", project.path("in/link"));
    const linked = await project.dad("run", "a.ts", "--input-dir", "in", "--input-dir", "nope", "--input", "x");
    expect(linked).toEqual({
      code: 2,
      stdout: "",
      stderr: [
        `error STATIC_INPUTS_INVALID: ${project.path("in/link")}: it is a link, and what that leads to may be anywhere: put the file itself here`,
        `    ${project.path("nope")} is not there: give a directory`,
        '    --input #1 is "x": write it as <path>=<json>, for instance agent.flow.node={"count":3}. In a shell, put all of it in single quotes',
        "",
      ].join("\n"),
    });
    execFileSync("rm", [project.path("in/link")]);
    const both = await project.dad("run", "a.ts", "--input-dir", "in", "--static-inputs", "values.json");
    const file = project.path("in/static_inputs.json");
    expect(both.stderr).toContain(`error STATIC_INPUTS_INVALID: ${file}:1:2: a key is in double quotes: write "oops"`);
    expect(both.stderr).toContain(`    ${file}: --static-inputs is given, too: keep one of them`);
    expect(globSync("runs/*", { cwd: project.directory })).toEqual([]);
  });

  it("gives files to all runs of a fork", async () => {
    await using project = await testProject({ ...files, "g.ts": GREETER });
    await project.dad("run", "a.ts", "--input-dir", "in", "--run-id", "base");
    await project.write("in/sub/note.txt", "forked\n");
    const ended = await project.dad("fork", "base", "--from", "reader.cat", "--input-dir", "in", "--prefix", "f", "-n", "2", "--reask", "reader.ask");
    expect(ended).toMatchObject({ code: 0 });
    const notes = globSync("runs/f_*/static_inputs/sub/note.txt", { cwd: project.directory });
    expect(await Promise.all(notes.map((path) => project.read(path)))).toEqual(["forked\n", "forked\n"]);
  });
});
