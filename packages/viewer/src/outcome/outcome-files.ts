import type { OutcomeComparison } from "@dad/protocol";
import { type FilePatch, parsePatch } from "../diff/parse-patch.ts";

/** A file that differs, and how, as far as the report has that. */
export interface OutcomeFile {
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
  readonly patch?: FilePatch;
  /** A file that is too large for a commit: what is there is a pointer to it. */
  readonly isPointer: boolean;
}

const POINTER = ".dad-artifact";

/** All files that differ, those without contents too, sorted by path. */
export function outcomeFiles({ changes, patch = "" }: Pick<OutcomeComparison, "changes" | "patch">): readonly OutcomeFile[] {
  const patches = new Map(parsePatch(patch).map((file) => [file.path, file]));
  const listed = changes ?? [...patches.values()].map(({ path, kind }) => ({ path, kind: kind === "moved" ? ("modified" as const) : kind }));
  return listed.map(({ path, kind }) => {
    const found = patches.get(path);
    return { path, kind, isPointer: path.endsWith(POINTER), ...(found ? { patch: found } : {}) };
  });
}

export interface OutcomeTotals {
  readonly files: number;
  readonly added: number;
  readonly removed: number;
}

export function outcomeTotals(files: readonly OutcomeFile[]): OutcomeTotals {
  return files.reduce(
    (sum, { patch }) => ({ files: sum.files + 1, added: sum.added + (patch?.added ?? 0), removed: sum.removed + (patch?.removed ?? 0) }),
    { files: 0, added: 0, removed: 0 },
  );
}
