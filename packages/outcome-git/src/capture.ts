import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ConfinedDirectory, type ConfinedFile, ForeignFileRefusal } from "@dad/disk";
import { OutcomeFailedError, OutcomePathError } from "@dad/outcome";
import { type CaptureRules, DEFAULT_CHANGED_BYTES, DEFAULT_FILE_BYTES } from "./capture-rules.ts";
import type { Git, GitCall } from "./git.ts";
import { type OwnNames, ownNames } from "./own-names.ts";
import { treeFiles } from "./working-tree.ts";

/** A working tree, with an index of its own that remembers what was staged. */
export interface StageCall extends GitCall {
  readonly workTree: string;
  readonly index: string;
}

/** So many files are open at once. */
const MOST_OPEN = 200;
const GONE = `0 ${"0".repeat(40)}`;

interface Capture {
  readonly git: Git;
  readonly files: ConfinedDirectory;
  readonly rules: CaptureRules;
  readonly assertOwn: OwnNames;
  readonly call: StageCall;
  changedBytes: number;
}

/** What is at a path and is to be kept: a file that is open, or where a link leads. */
interface Found {
  readonly path: string;
  readonly file?: ConfinedFile | undefined;
  readonly target?: Buffer | undefined;
}

/** With its line in the index, but for the path. */
interface Captured extends Found {
  readonly entry: string;
}

export interface CaptureCall extends StageCall {
  readonly rules: CaptureRules;
}

/**
 * Puts what is at these paths into the index: regular files and links, and everything else as if it were not there. What is read is
 * in the working tree, whatever commands put on the way at that moment: each file is opened without following a link, and git is
 * given the open file. Paths have one character a byte.
 *
 * @returns where each link among them leads; `undefined` where the system has no way to give an open file to git. Then the index
 * is as it was, and only the rules were kept.
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for what the rules refuse; the index is as it was.
 */
export async function capture(git: Git, paths: readonly string[], { rules, ...call }: CaptureCall): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const files = treeFiles(call.workTree);
  const all: Capture = { git, files, rules, call, assertOwn: ownNames(files, rules, call.signal), changedBytes: 0 };
  const entries = new Map(paths.map((path) => [path, GONE]));
  const links = new Map<string, Buffer>();
  for (let at = 0; at < paths.length; at += MOST_OPEN) {
    const captured = await captureSome(all, paths.slice(at, at + MOST_OPEN));
    if (!captured) return undefined;
    for (const { path, entry, target } of captured) {
      entries.set(path, entry);
      if (target) links.set(path, target);
    }
  }
  const input = Buffer.from([...entries].map(([path, entry]) => `${entry}\t${path}\0`).join(""), "latin1");
  const { exitCode, text } = await git.report(["update-index", "-z", "--index-info"], { ...call, input });
  const ignored = /^Ignoring path (.+)$/m.exec(text)?.[1];
  if (ignored !== undefined) throw new OutcomePathError(ignored, "git refuses this name");
  if (exitCode !== 0) throw new OutcomeFailedError("run git update-index", call.workTree, { cause: new Error(text.trim()) });
  // So that the next one need not read what stays as it is.
  await git.run(["update-index", "-q", "--refresh"], call);
  return links;
}

async function captureSome(all: Capture, paths: readonly string[]): Promise<readonly Captured[] | undefined> {
  const looks = await Promise.allSettled(paths.map((path) => find(all, path)));
  const found = looks.flatMap((look) => (look.status === "fulfilled" && look.value ? [look.value] : []));
  try {
    const refused = looks.find((look) => look.status === "rejected");
    if (refused) throw refused.reason;
    const objects = await writeObjects(all, found);
    if (!objects) return undefined;
    return await Promise.all(found.map(async (one, index) => ({ ...one, entry: `${await modeOf(all, one)} ${objects[index]}` })));
  } finally {
    await Promise.all(found.flatMap(({ file }) => (file ? [file[Symbol.asyncDispose]()] : [])));
  }
}

/** `undefined` for what is not there, and what is no file and no link. */
async function find(all: Capture, path: string): Promise<Found | undefined> {
  const { files, rules, call, assertOwn } = all;
  const [bytes, { signal }] = [Buffer.from(path, "latin1"), call];
  const file = await ifReached(files.open(bytes, { signal }));
  if (!file) {
    const target = (await ifReached(files.stat(bytes, { signal })))?.target;
    return target && { path, target };
  }
  try {
    assertSize(rules, path, file.stats.size);
    await assertOwn(bytes.toString(), file.stats);
    all.changedBytes += file.stats.size;
    assertTotal(rules, path, all.changedBytes);
    return { path, file };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/** What is behind a link by now, or has become something else, is not there: what git saw a moment ago is gone. */
async function ifReached<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (error instanceof OutcomePathError && error.cause instanceof ForeignFileRefusal) return undefined;
    throw error;
  });
}

/** Has git read the files, and answers what they are called there. */
async function writeObjects({ git, call }: Capture, found: readonly Found[]): Promise<readonly string[] | undefined> {
  if (found.length === 0) return [];
  const { gitDir, index, signal } = call;
  const targets = join(dirname(index), `seed-${randomUUID()}`);
  try {
    const places = await Promise.all(found.map(async ({ file, target }, at) => (target ? putTarget(targets, String(at), target) : file?.place)));
    if (places.includes(undefined)) return undefined;
    const ids = await git.run(["hash-object", "-w", "--no-filters", "--stdin-paths"], { gitDir, signal, input: `${places.join("\n")}\n` });
    return ids.trim().split("\n");
  } finally {
    await rm(targets, { recursive: true, force: true });
  }
}

/** Where a link leads is an object like the content of a file. */
async function putTarget(directory: string, name: string, target: Buffer): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), target);
  return join(directory, name);
}

async function modeOf({ rules }: Capture, { path, file }: Found): Promise<string> {
  if (!file) return "120000";
  const { mode, size } = await file.look();
  // It may have grown while git read it.
  assertSize(rules, path, size);
  return (mode & constants.S_IXUSR) === 0 ? "100644" : "100755";
}

function assertSize({ fileBytes = DEFAULT_FILE_BYTES }: CaptureRules, path: string, size: number): void {
  if (size > fileBytes) throw refusal(path, `it has ${size} bytes, more than the ${fileBytes} of the option capture.fileBytes`);
}

function assertTotal({ changedBytes = DEFAULT_CHANGED_BYTES }: CaptureRules, path: string, total: number): void {
  if (total > changedBytes)
    throw refusal(path, `with it, what has changed is more than the ${changedBytes} bytes of the option capture.changedBytes`);
}

function refusal(path: string, problem: string): OutcomePathError {
  return new OutcomePathError(Buffer.from(path, "latin1").toString(), `${problem}: remove it, ignore it in .gitignore, or allow more`);
}
