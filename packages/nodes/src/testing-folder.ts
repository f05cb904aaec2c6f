import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

// For the tests of this package only: throw-away folders, written and read as plain data.

/** Content by path. `null` is a directory, `{ link }` a symbolic link. */
export type FolderContent = Readonly<Record<string, string | Uint8Array | null | { readonly link: string }>>;

export interface TestingFolder extends AsyncDisposable {
  readonly path: string;
}

export async function testingFolder(content: FolderContent = {}): Promise<TestingFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "dad nodes ")));
  await addTo(path, content);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function addTo(folder: string, content: FolderContent): Promise<void> {
  for (const [name, what] of Object.entries(content)) {
    const path = join(folder, name);
    await mkdir(what === null ? path : dirname(path), { recursive: true });
    if (what === null) continue;
    if (typeof what === "object" && "link" in what) await symlink(what.link, path);
    else await writeFile(path, what);
  }
}

/** Everything that is in a folder, as `addTo` takes it; directories only when they are empty. */
export async function contentOf(folder: string): Promise<FolderContent> {
  const content: Record<string, FolderContent[string]> = {};
  // By their types: names alone would lead through links, and round and round.
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const path of entries.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
    const name = relative(folder, path);
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) content[name] = { link: await readlink(path) };
    else if (stats.isFile()) content[name] = await readFile(path, "utf8");
    else if ((await readdir(path)).length === 0) content[name] = null;
  }
  return content;
}
