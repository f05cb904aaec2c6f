import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IPty, spawn } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";

export interface PseudoTerminal extends AsyncDisposable {
  /** What is to be seen: rows without the spaces at their ends. */
  screen(): string;
  /** Resolves when the screen matches. */
  sees(what: string | RegExp): Promise<void>;
  types(keys: string): void;
  kill(signal: string): void;
}

export interface PseudoTerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 30_000;
const PROGRAM = join(import.meta.dirname, "asking-program.ts");

/** A program that asks these requests, on a terminal of its own. */
export async function asking(
  requests: readonly object[],
  { columns = 80, rows = 40, env = {} }: PseudoTerminalOptions = {},
): Promise<PseudoTerminal> {
  const directory = await mkdtemp(join(tmpdir(), "dad-prompts-"));
  const file = join(directory, "requests.json");
  await writeFile(file, JSON.stringify(requests));
  const screen = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const program = spawn(process.execPath, ["--conditions=@dad/source", PROGRAM, file], {
    name: env.TERM ?? "xterm-256color",
    cols: columns,
    rows,
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  const watched = watchedProgram(program, screen);
  const matches = (what: string | RegExp): boolean => (typeof what === "string" ? textOf(screen).includes(what) : what.test(textOf(screen)));
  return {
    screen: () => textOf(screen),
    sees: (what) => watched.until(() => matches(what), `${String(what)} is to be seen`),
    types: (keys) => program.write(keys),
    kill: (signal) => program.kill(signal),
    async [Symbol.asyncDispose]() {
      await watched.end();
      await rm(directory, { recursive: true });
    },
  };
}

/** What is to be seen: rows without the spaces at their ends. */
function textOf({ rows, buffer: { active } }: Terminal): string {
  const lines = Array.from(
    { length: rows },
    (_, at) =>
      active
        .getLine(active.baseY + at)
        ?.translateToString(true)
        .trimEnd() ?? "",
  );
  return lines.join("\n").trimEnd();
}

interface WatchedProgram {
  until(isSo: () => boolean, what: string): Promise<void>;
  end(): Promise<void>;
}

function watchedProgram(program: IPty, screen: Terminal): WatchedProgram {
  let onChange: () => void = () => {};
  let isOver = false;
  // What the terminal itself is asked, it answers.
  screen.onData((keys) => program.write(keys));
  program.onData((text) => screen.write(text, () => onChange()));
  const over = new Promise<void>((resolve) => {
    program.onExit(() =>
      screen.write("", () => {
        isOver = true;
        onChange();
        resolve();
      }),
    );
  });
  return {
    async until(isSo, what) {
      // Shorter than that of the test, which would not say what is to be seen instead.
      const tooLong = AbortSignal.timeout(PATIENCE_MS);
      tooLong.addEventListener("abort", () => onChange());
      while (!isSo()) {
        if (isOver || tooLong.aborted) throw new Error(`${what}, but the program ${isOver ? "is over" : "goes on"}:\n${textOf(screen)}`);
        await new Promise<void>((resolve) => (onChange = resolve));
      }
    },
    async end() {
      if (!isOver) program.kill("SIGKILL");
      await over;
    },
  };
}
