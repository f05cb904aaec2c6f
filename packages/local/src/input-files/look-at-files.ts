import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { confinedDirectory, type ConfinedDirectory, type WalkedEntry } from "@dad/disk";
import { messageOf, RelativePath } from "@dad/protocol";
import { INPUT_DIRECTORY } from "@dad/run-context";
import { InputFilesError } from "./errors.ts";

/** What a run is given at most, so that a directory that somebody mistook does not fill its store. */
export const INPUT_LIMITS = { entries: 2_000, bytes: 1_073_741_824, depth: 32 } as const;

/** Values by path in place of files. */
export const STATIC_INPUTS = "static_inputs.json";

/** A regular file, in a directory that a person named. */
export interface FoundFile {
  readonly directory: ConfinedDirectory;
  /** From that directory. */
  readonly path: string;
  readonly size: number;
}

export interface Found {
  readonly files: readonly FoundFile[];
  readonly problems: readonly string[];
}

/** What is in a directory, and why what else is there cannot be given to a run. */
export async function lookAtFiles(named: string, signal: AbortSignal | undefined): Promise<Found> {
  const files: FoundFile[] = [];
  const problems: string[] = [];
  try {
    // Whoever names a link means what it leads to. None below it is followed.
    const root = await realpath(named);
    if (!(await stat(root)).isDirectory())
      return { files, problems: [`${named} is no directory: give a file as --static-inputs, or the directory that it is in`] };
    const directory = confinedDirectory({
      root,
      failure: (_operation, path, cause) => new InputFilesError([inPlace(root, path, messageOf(cause))], { cause }),
    });
    for await (const entry of directory.walk({ limits: INPUT_LIMITS, signal })) {
      const problem = problemOf(entry);
      if (problem !== undefined) problems.push(`${join(root, entry.path)}: ${problem}`);
      else if (entry.kind === "file") files.push({ directory, path: entry.path, size: entry.size });
    }
  } catch (error) {
    signal?.throwIfAborted();
    problems.push(
      ...(error instanceof InputFilesError
        ? error.problems
        : [`${named} ${isMissing(error) ? "is not there" : `cannot be read: ${messageOf(error)}`}: give a directory`]),
    );
  }
  return { files, problems };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function inPlace(root: string, path: string, reason: string): string {
  return `${path === "." ? root : join(root, path)}: ${reason}`;
}

function problemOf({ kind, path, bytes, nlink }: WalkedEntry): string | undefined {
  if (bytes) return "its name is no text in UTF-8: name it otherwise";
  if (kind === "directory") return undefined;
  if (kind === "link") return "it is a link, and what that leads to may be anywhere: put the file itself here";
  if (kind !== "file") return `it is a ${kind}, and only files are given to a run: take it away`;
  if (nlink > 1) return `it has ${nlink} names, of which others may be anywhere: put a copy of it here`;
  const problem = RelativePath.safeParse(`${INPUT_DIRECTORY}/${path}`).error?.issues[0]?.message;
  if (problem !== undefined) return `it cannot have this name in every run directory: ${problem}`;
  return path.length > LONGEST_NAME ? `its path from the directory has more than ${LONGEST_NAME} characters: give it a shorter one` : undefined;
}

/** As much as a reader of the journal takes. */
const LONGEST_NAME = 255;

/** Of several directories, what cannot lie beside each other. */
export function clashesOf(files: readonly FoundFile[]): readonly string[] {
  const taken = new Map<string, FoundFile>();
  return files.flatMap((file) => {
    const key = file.path.toLowerCase();
    const other = taken.get(key);
    taken.set(key, other ?? file);
    const isReserved = key === STATIC_INPUTS && file.path !== STATIC_INPUTS;
    if (other === undefined) return isReserved ? [`${placeOf(file)}: a file is called ${STATIC_INPUTS}, or not like it: name it otherwise`] : [];
    return [`${placeOf(file)}: there is ${placeOf(other)}, too, and some file systems take both for one: keep one of them, or name it otherwise`];
  });
}

export function placeOf({ directory, path }: FoundFile): string {
  return join(directory.root, path);
}
