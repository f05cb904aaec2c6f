import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** git as a person uses it, without settings of the machine. Its tidying in the background would take time from whoever is measured next. */
const SETTINGS = ["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "user.name=bench", "-c", "user.email=bench@localhost"];

export async function plainGit(directory: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  const { stdout } = await execute("git", ["-C", directory, ...SETTINGS, ...args], { env, maxBuffer: 2 ** 28 });
  return stdout;
}

/** What people type. There may be nothing to commit. */
export async function addAndCommit(directory: string): Promise<void> {
  await plainGit(directory, "add", "-A");
  await plainGit(directory, "commit", "--quiet", "--message", "x").catch((error: { readonly code?: unknown }) => {
    if (error.code !== 1) throw error;
  });
}
