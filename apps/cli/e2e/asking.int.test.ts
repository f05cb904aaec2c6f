import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { spawn } from "@lydell/node-pty";
import { expect, it } from "vitest";
import { reviewingAgent } from "./agents.ts";
import { testProject } from "./project.ts";

const MAIN = resolve(import.meta.dirname, "../src/main.ts");

/** A command at a terminal of its own. */
function atTerminal(cwd: string, ...args: string[]) {
  const program = spawn(process.execPath, ["--conditions=@dad/source", MAIN, ...args], {
    cwd,
    cols: 100,
    rows: 40,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", NO_COLOR: "1" },
  });
  let said = "";
  let heard: () => void = () => undefined;
  let code: number | undefined;
  program.onData((text) => {
    said += text;
    heard();
  });
  const ended = new Promise<number>((done) =>
    program.onExit(({ exitCode }) => {
      code = exitCode;
      heard();
      done(exitCode);
    }),
  );
  return {
    ended,
    said: () => stripVTControlCharacters(said),
    types: (keys: string) => program.write(keys),
    async saying(text: string): Promise<void> {
      while (!stripVTControlCharacters(said).includes(text)) {
        if (code !== undefined) throw new Error(`ended with ${code} without saying ${text}: ${stripVTControlCharacters(said)}`);
        await new Promise<void>((changed) => (heard = changed));
      }
    },
    [Symbol.dispose]: () => (code === undefined ? program.kill("SIGKILL") : undefined),
  };
}

it("dad run asks who is at the terminal, and waits for what they leave for later, which dad answer asks", async () => {
  await using project = await testProject({ "agent.ts": reviewingAgent() });
  using run = atTerminal(project.directory, "run", "agent.ts", "--run-id", "r", "--no-outcome");
  await run.saying("Publish this?");
  run.types("y");
  await run.saying("As what?");
  run.types("\u001b");
  expect(await run.ended).toBe(3);
  expect(run.said()).toContain("not answered now; later: dad answer r main.review:level");
  expect(run.said()).toContain("patch, minor or major (--choice)");

  using answer = atTerminal(project.directory, "answer", "r", "--resume");
  await answer.saying("As what?");
  answer.types("\u001b[B\r");
  expect(await answer.ended).toBe(0);
  const journal = (await project.read(join("runs", "r", "journal.jsonl"))).trimEnd().split("\n");
  const answers = journal.map((line) => JSON.parse(line) as { type: string }).filter(({ type }) => type === "input.answered");
  expect(answers).toMatchObject([
    { value: true, by: { channel: "terminal", who: userInfo().username } },
    { value: "minor", by: { channel: "cli", who: userInfo().username } },
  ]);
});
