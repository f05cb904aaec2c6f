import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { OutcomeFile } from "@dad/outcome";

/** A place for a repository, in a directory with spaces in its name. */
export interface Places extends AsyncDisposable {
  readonly root: string;
  readonly directory: string;
  readonly workDirectory: string;
  readonly seed: string;
}

export async function openPlaces(files: readonly OutcomeFile[]): Promise<Places> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "dad outcome git-")));
  const seed = join(root, "the project");
  await mkdir(seed);
  for (const { path, content, executable } of files) {
    await mkdir(dirname(join(seed, path)), { recursive: true });
    await writeFile(join(seed, path), content, { mode: executable ? 0o755 : 0o644 });
  }
  return {
    root,
    directory: join(root, "runs", "outcome", "project"),
    workDirectory: join(root, "runs", "work trees"),
    seed,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Looks at a repository from outside, as a person would. */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" };
  const { stdout } = await promisify(execFile)("git", ["-C", directory, ...args], { env });
  return stdout;
}

export function textFile(path: string, text: string): OutcomeFile {
  return { path, content: new TextEncoder().encode(text), executable: false };
}
