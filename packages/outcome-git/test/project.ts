import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git } from "./places.ts";

const PERSON = ["-c", "user.name=A Person", "-c", "user.email=person@example.com"];

/** A repository of the project with a commit of these files on `main`. */
export async function makeProject(directory: string, files: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<string> {
  await mkdir(directory, { recursive: true });
  await git(directory, "init", "--quiet", "--initial-branch=main", ...options);
  return commitFiles(directory, files);
}

/** Commits all that is there, and these files. @returns the commit. */
export async function commitFiles(directory: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  await git(directory, ...PERSON, "add", "--all");
  await git(directory, ...PERSON, "commit", "--quiet", "--allow-empty", "--message", "Work of a person");
  return headOf(directory);
}

export async function headOf(directory: string, revision = "HEAD"): Promise<string> {
  return (await git(directory, "rev-parse", "--verify", revision)).trim();
}
