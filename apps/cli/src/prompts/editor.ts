import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EditText } from "@dad/terminal";

/** The editor that somebody likes: `VISUAL`, else `EDITOR`, as a command line of the shell. Without either there is none. */
export function editorOf(env: NodeJS.ProcessEnv): EditText | undefined {
  const command = [env["VISUAL"], env["EDITOR"]].find((line) => line !== undefined && line.trim() !== "");
  return command === undefined ? undefined : (text, options) => edited(command, text, options);
}

async function edited(command: string, text: string, { signal }: { readonly signal: AbortSignal }): Promise<string | undefined> {
  // Of this user alone.
  const directory = await mkdtemp(join(tmpdir(), "dad-answer-"));
  try {
    const file = join(directory, "answer.md");
    await writeFile(file, text);
    return (await isClosedWell(command, file, signal)) ? await readFile(file, "utf8") : undefined;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function isClosedWell(command: string, file: string, signal: AbortSignal): Promise<boolean> {
  // stdout belongs to the result of the command, also where that goes to a file: the terminal is on stderr.
  const editor =
    process.platform === "win32" ? onWindows(command, file) : spawn("sh", ["-c", `${command} "$@"`, command, file], { stdio: ["inherit", 2, 2] });
  const onAbort = (): void => void editor.kill();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const [code] = (await once(editor, "close")) as [number | null];
    return code === 0;
  } catch {
    // There is no shell.
    return false;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function onWindows(command: string, file: string): ReturnType<typeof spawn> {
  return spawn(`${command} "${file}"`, { shell: true, stdio: ["inherit", 2, 2] });
}
