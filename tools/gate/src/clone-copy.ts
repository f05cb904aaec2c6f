import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./clone.ts";
import { outputOf } from "./command.ts";

/** A copy of the sources, with the installed dependencies of the clone, to break things in. */
export interface CloneCopy extends Disposable {
  readonly directory: string;
  /** Replaces a file by what `change` makes of its text, until the returned object is disposed. */
  edit(file: string, change: (text: string) => string): Disposable;
}

export async function copyClone(): Promise<CloneCopy> {
  const directory = mkdtempSync(join(tmpdir(), "dad-faults-"));
  const listed = await outputOf(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
  // What git lists may have been deleted from the disk.
  const files = listed.split("\0").filter((file) => file !== "" && existsSync(join(ROOT, file)));
  for (const file of files) cpSync(join(ROOT, file), join(directory, file), { recursive: true });
  for (const modules of globSync(["node_modules", "{packages,apps,tools}/*/node_modules"], { cwd: ROOT })) {
    mkdirSync(dirname(join(directory, modules)), { recursive: true });
    symlinkSync(join(ROOT, modules), join(directory, modules));
  }
  return {
    directory,
    edit: (file, change) => editFile(join(directory, file), change),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function editFile(path: string, change: (text: string) => string): Disposable {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new TypeError(`nothing was planted in ${path}`);
  writeFileSync(path, after);
  return { [Symbol.dispose]: () => writeFileSync(path, before) };
}
