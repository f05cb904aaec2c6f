import type { ConfinedContent, ConfinedFile } from "@dad/disk";
import { OutcomePathError, OutcomeSecretError, type SecretPlace } from "@dad/outcome";
import { captureLarge, type LargeWriting, largeBytes } from "../large-files/capture-large.ts";
import { capturePointer } from "../large-files/capture-pointer.ts";
import { type CaptureRules, DEFAULT_CHANGED_BYTES, DEFAULT_FILE_BYTES } from "./capture-rules.ts";
import { type CapturedEntry, LINK_MODE, type LinkRule, modeOf } from "./captured-entry.ts";
import type { CommitWriter, SizedContent } from "../git/fast-import.ts";
import type { GitCall } from "../git/git.ts";
import type { LargeFiles } from "../large-files/kept-files.ts";
import type { PointerEntry } from "../large-files/large-files.ts";
import { type OwnNames, ownNames } from "./own-names.ts";
import { secretFinder } from "../secrets/secret-places.ts";
import { leadsOutside } from "./leads-outside.ts";
import { assertTreePath, bytesOf, shown } from "../git/tree-path.ts";
import { ifReached, treeFiles } from "./working-tree.ts";

/** A working tree, and an index to compare it with. */
export interface StageCall extends GitCall {
  readonly workTree: string;
  readonly index: string;
}

export interface Captured {
  /** By paths of one character a byte. */
  readonly entries: ReadonlyMap<string, CapturedEntry>;
  readonly bytes: number;
  /** The pointers that are new or gone, by the paths of their files. */
  readonly pointers: ReadonlyMap<string, PointerEntry | undefined>;
}

export interface CaptureRequest {
  /** In the order of bytes, one character a byte. */
  readonly paths: readonly string[];
  /** Directories that stand for repositories. What is in them is not looked at. */
  readonly modules: ReadonlySet<string>;
  readonly links: LinkRule;
  readonly rules: CaptureRules;
  readonly large: LargeFiles;
  /** By which ids in trees are made. */
  readonly algorithm: string;
}

/** Files up to this size are read whole, and by many at once. */
export const SMALL_BYTES = 1_048_576;

/** Something changed while it was read, so that what was written of it is no file that ever was. */
export class ChangedMeanwhileError extends Error {
  override readonly name = "ChangedMeanwhileError";
}

interface Capture extends LargeWriting {
  readonly modules: ReadonlySet<string>;
  readonly assertOwn: OwnNames;
  bytes: number;
}

/**
 * Puts what is at these paths into a commit: regular files and links, and everything else as if it were not there. What is read is in
 * the working tree, whatever commands put on the way at that moment: no link is followed, and what has been looked at is what is kept.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for what the rules refuse.
 * @throws OutcomeSecretError (`OUTCOME_SECRET`) with all places at which there are secrets.
 * @throws ChangedMeanwhileError when it is to be tried again.
 */
export async function capture(writer: CommitWriter, request: CaptureRequest, { workTree, signal }: StageCall): Promise<Captured> {
  const { paths, rules, large } = request;
  const files = treeFiles(workTree);
  const [assertOwn, secrets] = [ownNames(files, rules, signal), secretFinder(rules.secrets?.() ?? [])];
  const found = { entries: new Map(), changed: new Map(), unchanged: new Set<string>(), places: [], bytes: 0 };
  const all: Capture = { ...request, ...large, ...found, files, writer, assertOwn, secrets, signal };
  const limitBytes = Math.min(SMALL_BYTES, rules.fileBytes ?? DEFAULT_FILE_BYTES, largeBytes(rules));
  let at = 0;
  for await (const content of files.readAll(paths.map(bytesOf), { limitBytes, signal })) await captureOne(all, paths[at++] ?? "", content);
  if (all.places.length > 0) throw new OutcomeSecretError(all.places);
  return { entries: all.entries, bytes: all.bytes, pointers: all.changed };
}

async function captureOne(all: Capture, path: string, found: ConfinedContent): Promise<void> {
  const { stats, content } = found;
  if (await capturePointer(all, path, found)) return;
  if (stats?.kind === "directory" && all.modules.has(path)) return;
  if (stats?.target) return putLink(all, path, stats.target);
  if (stats?.kind !== "file") return remove(all, path);
  if (!content) return capturePieces(all, path);
  await assertFile(all, path, { ...stats, size: content.length });
  all.places.push(...(all.secrets?.placesIn(bytesOf(path), content) ?? []));
  const mode = modeOf(stats.mode);
  all.entries.set(path, { mode, object: await all.writer.put(path, mode, content) });
}

async function remove({ writer, entries }: Capture, path: string): Promise<void> {
  await writer.remove(path);
  entries.set(path, undefined);
}

async function putLink(all: Capture, path: string, target: Buffer): Promise<void> {
  assertTreePath(path, { link: true });
  if (all.links === "inside" && leadsOutside(path, target.toString("latin1")))
    throw new OutcomePathError(shown(path), `it is a link that leads out of the working tree: ${target.toString()}`);
  all.places.push(...placesInName(all, path), ...(all.secrets?.placesIn(bytesOf(path), target) ?? []));
  all.entries.set(path, { mode: LINK_MODE, object: await all.writer.put(path, LINK_MODE, target) });
}

function placesInName({ secrets }: Capture, path: string): readonly SecretPlace[] {
  return secrets?.placesInName(bytesOf(path)) ?? [];
}

/** It is read in pieces: what is looked through for secrets is what is kept. */
async function capturePieces(all: Capture, path: string): Promise<void> {
  const opened = await ifReached(all.files.open(bytesOf(path), { signal: all.signal }));
  if (!opened) return remove(all, path);
  await using file = opened;
  await assertFile(all, path, file.stats);
  if (await captureLarge(all, path, file)) return;
  const mode = modeOf(file.stats.mode);
  const object = await all.writer.putPieces(path, mode, lookedThrough(all, path, file));
  // It was cut off.
  if (object === undefined) throw new ChangedMeanwhileError(shown(path));
  all.entries.set(path, { mode, object });
}

function lookedThrough({ secrets, places, signal }: Capture, path: string, file: ConfinedFile): SizedContent {
  const { size } = file.stats;
  const search = secrets?.search(bytesOf(path));
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const piece of file.pieces({ limitBytes: Infinity, signal })) {
        search?.push(piece);
        yield piece;
      }
    } finally {
      places.push(...(search?.places ?? []));
    }
  }
  return { size, pieces: pieces() };
}

async function assertFile(all: Capture, path: string, stats: ConfinedFile["stats"]): Promise<void> {
  const { fileBytes = DEFAULT_FILE_BYTES, changedBytes = DEFAULT_CHANGED_BYTES } = all.rules;
  assertTreePath(path, { link: false });
  if (stats.size > fileBytes) throw refusal(path, `it has ${stats.size} bytes, more than the ${fileBytes} of the option fileBytes`);
  all.places.push(...placesInName(all, path));
  await all.assertOwn(shown(path), stats);
  all.bytes += stats.size;
  if (all.bytes > changedBytes) throw refusal(path, `with it, what has changed is more than the ${changedBytes} bytes of the option changedBytes`);
}

function refusal(path: string, problem: string): OutcomePathError {
  return new OutcomePathError(shown(path), `${problem}: remove it, ignore it in .gitignore, or allow more`);
}
