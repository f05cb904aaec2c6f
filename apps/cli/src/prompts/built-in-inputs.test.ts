import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import type { NodeDefinition } from "@dad/agent";
import { applyFileOperations, askModel, FileOperations, FolderOperations, runFolderOperations } from "@dad/nodes";
import { InputRequest, type Json, RunId } from "@dad/protocol";
import { answerProblems, terminalAnswers } from "@dad/terminal";
import { describe, expect, it } from "vitest";
import { z } from "zod";

/** The answer that somebody gives on a terminal that has lines only. */
async function answered(schema: z.ZodType, given: readonly string[]): Promise<Json | undefined> {
  const request = InputRequest.parse({
    id: "agent.ask:input",
    path: "agent.ask",
    key: "input",
    prompt: "What shall it do?",
    schema: z.toJSONSchema(schema, { io: "input" }),
    question: `sha256:${"0".repeat(64)}`,
  });
  const input = new PassThrough();
  const lines = [...given];
  let shown = "";
  const write = (text: string): boolean => {
    shown += text;
    const next = text.endsWith("> ") ? lines.shift() : undefined;
    if (next !== undefined) setImmediate(() => input.write(`${next}\n`));
    else if (text.endsWith("> ")) input.end();
    return true;
  };
  const output = Object.assign(new EventEmitter(), { columns: 100, rows: 50, write }) as unknown as NodeJS.WriteStream;
  const answers = terminalAnswers({ input, output, term: "dumb", interrupt() {} });
  const answer = await answers({ ...request, runId: RunId.parse("run_1") }, { signal: new AbortController().signal });
  if (answer === undefined || lines.length > 0) throw new Error(`${answer === undefined ? "there was more to ask" : "not asked for all"}:\n${shown}`);
  expect(answerProblems(request, answer)).toEqual([]);
  return answer;
}

function inputOf({ nodeType }: NodeDefinition): z.ZodType {
  if (!nodeType.input) throw new Error("the node takes no input");
  return nodeType.input;
}

describe("prompts for the inputs of the built-in nodes", () => {
  it("give file operations, one after the other, each with its own fields", async () => {
    expect(
      await answered(FileOperations, ["y", "1", "a.txt", ":lines", "one", "two", ".", "1", "y", "2", "b.txt", "old", "new", "2", "n", "n", "y"]),
    ).toEqual([
      { type: "create_file", path: "a.txt", content: "one\ntwo" },
      { type: "edit_file", path: "b.txt", edits: [{ find: "old", replace: "new", all: true }] },
    ]);
  });

  it("give folder operations, with those settings that somebody wants to give", async () => {
    const answer = await answered(FolderOperations, ["y", "2", "1 3", "1", "src/a.ts", "3", "2", "n", "y"]);
    expect(answer).toEqual([{ type: "analyze_file", path: "src/a.ts", content: "text", detail: "standard" }]);
  });

  it("choose a model, and other settings for it", async () => {
    const ask = askModel({ prompt: "x", models: ["fast", "clever"] });
    expect(await answered(inputOf(ask), ["n", "clever", "y"])).toEqual({ model: "clever" });
    const overridden = await answered(inputOf(ask), ["y", "4 8", "1", "Say it again.", "2", "", "y"]);
    expect(overridden).toEqual({ settings: { prompt: "Say it again.", maxSteps: null } });
  });

  it("give other operations than those of the definition", async () => {
    const files = await answered(inputOf(applyFileOperations({ operations: [] })), ["y", "2", "1", "y", "3", "a.txt", "n", "y"]);
    expect(files).toEqual({ settings: { operations: [{ type: "delete_file", path: "a.txt" }] } });
    const folders = await answered(inputOf(runFolderOperations({ operations: [] })), ["y", "2", "1", "y", "2", "", "1", "a.ts", "n", "y"]);
    expect(folders).toEqual({ settings: { operations: [{ type: "analyze_file", path: "a.ts" }] } });
  });
});
