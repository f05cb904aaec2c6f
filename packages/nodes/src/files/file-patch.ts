import { formatPatch, type StructuredPatch, type StructuredPatchHunk } from "diff";
import { decodeStrict } from "../decode-text.ts";
import { binaryPatch } from "./binary-patch.ts";
import { type FileSnapshot, sameContent } from "./file-snapshot.ts";
import type { NetFile } from "./net-change.ts";
import { hunksOf, linesIn, type LineCounts } from "./text-diff.ts";

export interface FilesDiff extends LineCounts {
  /** In the form of git. */
  readonly diff: string;
}

const LINK = "120000";

/** `for-git`: also with what is no text, for `git apply`. `for-people`: that it is there. */
export type DiffReader = "for-git" | "for-people";

/** What changed in some files. Of one whose content is not there it is said that it is left out, in a line that git passes over. */
export function filesDiff(files: readonly NetFile[], reader: DiffReader): FilesDiff {
  const parts = files.flatMap(ofOneKind).map((file) => fileDiff(file, reader));
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    diff: parts.map(({ diff }) => diff).join(""),
    added: sum(parts.map(({ added }) => added)),
    removed: sum(parts.map(({ removed }) => removed)),
  };
}

/** Of a link that became a file git tells as of two files. */
function ofOneKind(file: NetFile): readonly NetFile[] {
  const { path, before, after } = file;
  if (!before || !after || (before.mode === LINK) === (after.mode === LINK)) return [file];
  return [
    { path, before, after: undefined },
    { path, before: undefined, after },
  ];
}

function fileDiff(file: NetFile, reader: DiffReader): FilesDiff {
  const { before, after } = file;
  if (before && after && sameContent(before, after)) return { diff: formatPatch(patchOf(file, [])), added: 0, removed: 0 };
  if (isLeftOut(before) || isLeftOut(after)) return { diff: omission(file), added: 0, removed: 0 };
  const [old, now] = [textOf(before), textOf(after)];
  if (old === undefined || now === undefined) return { diff: binaryDiff(file, reader), added: 0, removed: 0 };
  const hunks = hunksOf(old, now);
  return { diff: formatPatch(patchOf(file, hunks)), ...linesIn(hunks) };
}

function patchOf({ path, from = path, before, after }: NetFile, hunks: StructuredPatchHunk[]): StructuredPatch {
  return {
    oldFileName: before ? `a/${from}` : "/dev/null",
    newFileName: after ? `b/${path}` : "/dev/null",
    oldHeader: undefined,
    newHeader: undefined,
    hunks,
    isGit: true,
    isCreate: before === undefined,
    isDelete: after === undefined,
    isRename: from !== path,
    ...(before && before.mode !== after?.mode ? { oldMode: before.mode } : {}),
    ...(after && before?.mode !== after.mode ? { newMode: after.mode } : {}),
  };
}

function binaryDiff(file: NetFile, reader: DiffReader): string {
  const header = formatPatch(patchOf(file, []));
  if (reader === "for-git") return header + binaryPatch(file.before?.content, file.after?.content);
  return `${header}Binary file of ${file.before?.size ?? 0} bytes, then ${file.after?.size ?? 0}\n`;
}

function omission({ path, from = path, before, after }: NetFile): string {
  const size = (file: FileSnapshot | undefined): string => (file ? `${file.size} bytes` : "nothing");
  return `Left out: ${JSON.stringify(from)} (${size(before)}) to ${JSON.stringify(path)} (${size(after)})\n`;
}

function isLeftOut(file: FileSnapshot | undefined): boolean {
  return file !== undefined && file.content === undefined;
}

/** `undefined` for what is no text. */
function textOf(file: FileSnapshot | undefined): string | undefined {
  return file?.content === undefined ? "" : decodeStrict(file.content, { cut: false });
}
