import type { Stats } from "node:fs";
import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { Git } from "../git/git.ts";

/** A repository of the project itself, as it was found from a directory in it. */
export interface ProjectRepository {
  /** What people know it by: the root of the working copy, or the bare repository. */
  readonly directory: string;
  /** For git: of a working copy beside the first one, its own. */
  readonly gitDir: string;
  /** What all its working copies share. */
  readonly commonDir: string;
  readonly objectFormat: string;
  readonly isShallow: boolean;
  /** `undefined`: it is bare. */
  readonly workTree: string | undefined;
}

/** Why nothing can be done with a repository of the project. Its message ends a sentence. */
export class ProjectRefusal extends Error {}

type Place = Pick<ProjectRepository, "directory" | "gitDir" | "workTree">;

/**
 * The repository that a directory is in, bare or with a working copy, as git would find it. No setting of it takes part in that.
 *
 * @throws ProjectRefusal when there is none, or one of somebody else than the caller and the owner of the directory: anybody can
 * put a repository into a directory above it that is open to all.
 */
export async function findProject(git: Git, directory: string, signal?: AbortSignal): Promise<ProjectRepository> {
  const start = await realpath(directory).catch((cause: unknown) => {
    throw new ProjectRefusal(`${directory} cannot be read`, { cause });
  });
  const place = await placeOf(start);
  if (!place) throw new ProjectRefusal(`${directory} is in no git repository`);
  const facts = ["rev-parse", "--show-object-format", "--is-shallow-repository", "--git-common-dir"];
  const said = await git.run(facts, { gitDir: place.gitDir, signal }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ProjectRefusal(`git cannot use the repository in ${place.directory}${reasonOf(cause)}`, { cause });
  });
  const [objectFormat = "", shallow, ...common] = said.split("\n");
  const commonDir = resolve(place.gitDir, common.join("\n").replace(/\n$/, ""));
  await assertOwner(start, [place.gitDir, commonDir, ...(place.workTree === undefined ? [] : [join(place.workTree, ".git")])]);
  return { ...place, commonDir, objectFormat, isShallow: shallow === "true" };
}

export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? `: ${cause.message.trim()}` : "";
}

async function placeOf(start: string): Promise<Place | undefined> {
  for (let directory = start; ; directory = dirname(directory)) {
    const dotGit = join(directory, ".git");
    const entry = await look(dotGit);
    if (entry?.isFile()) return { directory, gitDir: await linkedFrom(dotGit), workTree: directory };
    if (entry && (await isRepository(dotGit))) return { directory, gitDir: await realpath(dotGit), workTree: directory };
    // The inside of the `.git` of a working copy is not a place where people work.
    if (basename(directory) !== ".git" && (await isRepository(directory))) return { directory, gitDir: directory, workTree: undefined };
    if (dirname(directory) === directory) return undefined;
  }
}

/** What gitrepository-layout(5) says a repository has; that of a further working copy says where the rest is. */
async function isRepository(directory: string): Promise<boolean> {
  const has = async (name: string): Promise<boolean> => (await look(join(directory, name))) !== undefined;
  return (await has("HEAD")) && ((await has("commondir")) || ((await has("objects")) && (await has("refs"))));
}

const LONGEST_LINK = 8192;

/** Where the `.git` file of a working copy leads. */
async function linkedFrom(path: string): Promise<string> {
  const { size } = await stat(path);
  const target = size > LONGEST_LINK ? undefined : /^gitdir: ([^\0]+?)\n*$/.exec(await readFile(path, "utf8"))?.[1];
  if (target === undefined) throw new ProjectRefusal(`${path} does not say where its repository is`);
  const gitDir = isAbsolute(target) ? target : resolve(dirname(path), target);
  return realpath(gitDir).catch((cause: unknown) => {
    throw new ProjectRefusal(`${path} leads to ${gitDir}, where no repository is`, { cause });
  });
}

async function assertOwner(start: string, paths: readonly string[]): Promise<void> {
  const self = process.getuid?.();
  if (self === undefined) return;
  const trusted = new Set([self, (await lstat(start)).uid]);
  for (const path of paths) {
    const { uid } = await lstat(path);
    if (!trusted.has(uid)) throw new ProjectRefusal(`${path} belongs to somebody else (user ${uid}), who has no say over ${start}`);
  }
}

async function look(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new ProjectRefusal(`${path} cannot be looked at: ${error.message}`, { cause: error });
  });
}
