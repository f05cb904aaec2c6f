import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { RunManifest } from "@dad/protocol";

const MAIN = resolve(import.meta.dirname, "../src/main.ts");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is going on. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr has this text. Rejects when the command ends without it. */
  saying(text: string): Promise<void>;
  /** The same of stdout. */
  printing(text: string): Promise<void>;
}

export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** An open file for its stdout. */
  readonly stdout?: number | "pipe";
}

/** A directory outside of every package, with a space in its path. */
export interface TestProject extends AsyncDisposable {
  readonly directory: string;
  start(...args: string[]): Running;
  /** Starts it with more environment, and with text on its stdin. */
  startWith(given: Given, ...args: string[]): Running;
  /** Starts it with an open file for its stdout. */
  startInto(stdout: number, ...args: string[]): Running;
  dad(...args: string[]): Promise<Ended>;
  path(...parts: string[]): string;
  write(file: string, text: string): Promise<void>;
  read(...parts: string[]): Promise<string>;
  manifest(runId: string): Promise<RunManifest>;
  /** The text of an artifact of a run, from its readable directory. */
  artifact(runId: string, name: string): Promise<string>;
  /** The types of the events of a run, in order. */
  journal(runId: string): Promise<string[]>;
}

export async function testProject(files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
  const directory = await mkdtemp(join(tmpdir(), "dad cli "));
  const path = (...parts: string[]) => join(directory, ...parts);
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(path(file)), { recursive: true });
    await writeFile(path(file), text);
  };
  const read = (...parts: string[]) => readFile(path(...parts), "utf8");
  for (const [file, text] of Object.entries(files)) await write(file, text);
  const started: ChildProcess[] = [];
  const startWith = (given: Given, ...args: string[]): Running => {
    const running = startDad(args, directory, given);
    started.push(running.child);
    return running;
  };
  const manifest = async (runId: string) => RunManifest.parse(JSON.parse(await read("runs", runId, "run.json")));
  return {
    directory,
    path,
    write,
    read,
    start: (...args) => startWith({}, ...args),
    startWith,
    startInto: (stdout, ...args) => startWith({ stdout }, ...args),
    dad: (...args) => startWith({}, ...args).ended,
    manifest,
    async artifact(runId, name) {
      const { nodes } = await manifest(runId);
      const found = nodes.flatMap(({ artifacts }) => artifacts).find((artifact) => artifact.name === name);
      return read("runs", runId, found?.path ?? `no artifact ${name}`);
    },
    journal: async (runId) => typesOf(await read("runs", runId, "journal.jsonl")),
    async [Symbol.asyncDispose]() {
      // A test that failed may have left one.
      for (const child of started) child.kill("SIGKILL");
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function typesOf(journal: string): string[] {
  const lines = journal.trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { type: string }).type);
}

function startDad(args: readonly string[], cwd: string, { env = {}, input, stdout = "pipe" }: Given): Running {
  const argv = ["--conditions=@dad/source", MAIN, ...args];
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { ...environment(), ...env },
    stdio: [input === undefined ? "ignore" : "pipe", stdout, "pipe"],
  }) as ChildProcessByStdio<Writable | null, Readable | null, Readable>;
  child.stdin?.end(input);
  const said = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const ended = new Promise<Ended>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, ...said }));
  });
  const having = (from: "stdout" | "stderr", text: string) =>
    new Promise<void>((done, fail) => {
      const look = () => said[from].includes(text) && done();
      child[from]?.on("data", look);
      child.on("close", () => fail(new Error(`ended without saying ${JSON.stringify(text)}: ${said.stderr}`)));
      look();
    });
  return { child, ended, saying: (text) => having("stderr", text), printing: (text) => having("stdout", text) };
}

/** Nothing of whoever runs the tests decides what is printed. */
function environment(): NodeJS.ProcessEnv {
  const ours = /^(NO_COLOR|FORCE_COLOR|NODE_OPTIONS|DAD_|CI$|VITEST|NODE_ENV$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
