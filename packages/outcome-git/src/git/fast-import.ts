import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Git, type GitAuthor, type GitCall, quoted } from "./git.ts";
import { gitProcess, type GitProcess } from "./git-process.ts";
import { openQuarantine } from "./quarantine.ts";

export interface NewCommit {
  readonly parent: string;
  /** A second parent, none of whose files it gets. */
  readonly besides?: string | undefined;
  readonly message: string;
}

/** A commit that is being written, without an index and without a working tree. Paths have one character a byte, and are checked before. */
export interface CommitWriter extends AsyncDisposable {
  remove(path: string): Promise<void>;
  /** Answers the id of the content. */
  put(path: string, mode: string, content: Uint8Array): Promise<string>;
  /** The same for content in pieces that has so many bytes. `undefined`: it has fewer, and nothing can be made of this commit. */
  putPieces(path: string, mode: string, content: SizedContent): Promise<string | undefined>;
  /** The ids of the commit and of its tree. */
  finish(): Promise<{ readonly commit: string; readonly tree: string }>;
  /** Makes the commit one of the repository. No ref leads to it. */
  keep(): Promise<void>;
}

export interface SizedContent {
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** A ref without a commit is not written. */
const NO_REF = "refs/dad/none";
/** So many bytes are given to git at once. */
const BATCH = 262_144;
const LINE_BREAK = Buffer.from("\n");
const ARGS = ["--quiet", "--done", "--cat-blob-fd=1", "--date-format=raw", "--depth=0"];
/**
 * Larger files are read in pieces. What is compressed most costs more time than it is worth. Few objects become files of their own:
 * every command looks into each pack.
 */
const SETTINGS = ["core.bigFileThreshold=1m", "core.compression=1", "pack.compression=1", "fastimport.unpackLimit=100"].flatMap((each) => [
  "-c",
  each,
]);

/**
 * Begins a commit with the content of its parent: `git fast-import` writes it to a place of its own, so that nothing of it is in the
 * repository before it is kept, whatever happens.
 */
export async function writeCommitFrom(git: Git, commit: NewCommit, call: GitCall): Promise<CommitWriter> {
  const quarantine = await openQuarantine(call.gitDir);
  const { gitDir, signal } = call;
  const process = gitProcess(git, [...SETTINGS, "fast-import", ...ARGS], { gitDir, signal, objects: quarantine.objects });
  const release = async (): Promise<void> => {
    await process[Symbol.asyncDispose]();
    await quarantine[Symbol.asyncDispose]();
    // A git that fails reports there.
    await rm(join(gitDir, `fast_import_crash_${process.pid}`), { force: true });
  };
  try {
    await begin(process, git.author, commit);
  } catch (error) {
    await release();
    throw error;
  }
  return { ...changesTo(process, algorithmOf(commit.parent)), keep: () => quarantine.keep(), [Symbol.asyncDispose]: release };
}

async function begin(process: GitProcess, author: GitAuthor, { parent, besides, message }: NewCommit): Promise<void> {
  const text = Buffer.from(message);
  const lines = [
    `commit ${NO_REF}\nmark :1\ncommitter ${identityOf(author)}\ndata ${text.length}\n`,
    text,
    `\nfrom ${parent}\n${besides === undefined ? "" : `merge ${besides}\n`}`,
  ];
  await process.write(Buffer.concat(lines.map((line) => Buffer.from(line))));
}

function changesTo(process: GitProcess, algorithm: string): Omit<CommitWriter, "keep" | typeof Symbol.asyncDispose> {
  const { add, flush } = batchesTo(process);
  return {
    remove: (path) => add(Buffer.from(`D ${quoted(path)}\n`, "latin1")),
    async put(path, mode, content) {
      await add(head(path, mode, content.length), content, LINE_BREAK);
      return blobId(content, algorithm);
    },
    async putPieces(path, mode, { size, pieces }) {
      await add(head(path, mode, size));
      await flush();
      const hash = blobHash(algorithm, size);
      let left = size;
      for await (const piece of pieces) {
        const part = piece.subarray(0, left);
        hash.update(part);
        await process.write(part);
        left -= part.length;
        if (left === 0) break;
      }
      if (left > 0) return undefined;
      await add(LINE_BREAK);
      return hash.digest("hex");
    },
    async finish() {
      await add(Buffer.from(`\nget-mark :1\nls :1 ""\nreset ${NO_REF}\n\ndone\n`));
      await flush();
      const [commit, entry] = [await process.line(), await process.line()];
      await process.end();
      return { commit, tree: entry.split(/[ \t]/)[2] ?? "" };
    },
  };
}

interface Batches {
  readonly add: (...pieces: readonly Uint8Array[]) => Promise<void>;
  readonly flush: () => Promise<void>;
}

/** Gives git many small pieces at once. */
function batchesTo(process: GitProcess): Batches {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const all = Buffer.concat(batch);
    [batch, bytes] = [[], 0];
    if (all.length > 0) await process.write(all);
  };
  return {
    flush,
    async add(...pieces) {
      batch.push(...pieces);
      for (const { length } of pieces) bytes += length;
      if (bytes > BATCH) await flush();
    },
  };
}

function head(path: string, mode: string, size: number): Buffer {
  return Buffer.from(`M ${mode} inline ${quoted(path)}\ndata ${size}\n`, "latin1");
}

/** What git leaves out of names: ident.c of git. */
// oxlint-disable-next-line no-control-regex -- control characters are part of it
const CRUD = /^[\u0000-\u0020.,:;<>"\\']+|[\u0000-\u0020.,:;<>"\\']+$|[\n<>]/g;

function identityOf({ name, email }: GitAuthor): string {
  return `${name.replace(CRUD, "")} <${email.replace(CRUD, "")}> ${Math.floor(Date.now() / 1000)} +0000`;
}

/** The algorithm that made this id. */
export function algorithmOf(id: string): "sha1" | "sha256" {
  return id.length === 40 ? "sha1" : "sha256";
}

/** The id of a file of this content. */
export function blobId(content: Uint8Array, algorithm: string): string {
  return blobHash(algorithm, content.length).update(content).digest("hex");
}

export function blobHash(algorithm: string, size: number): ReturnType<typeof createHash> {
  return createHash(algorithm).update(`blob ${size}\0`);
}
