import { z } from "zod";
import { RelativePath } from "./id.ts";

/** What kind of thing garbage collection may take away. */
export const GarbageKind = z.enum(["blob", "leftover", "work-tree", "git-index", "lock", "run-directory"]);
export type GarbageKind = z.infer<typeof GarbageKind>;

/** The first line of `.dad/trash/<id>/manifest.jsonl` in a run root. */
export const TrashHeader = z.looseObject({ format: z.literal("dad.trash/1"), id: z.string().min(1), time: z.iso.datetime() });
export type TrashHeader = z.infer<typeof TrashHeader>;

/**
 * A later line of that file, written before the thing is moved: when it is in the trash it lies beside the manifest, under its
 * number.
 */
export const TrashItem = z.looseObject({
  /** From 1. */
  number: z.int().positive(),
  kind: GarbageKind,
  /** A digest, a run id, a name. */
  what: z.string().min(1),
  /** Where it was, relative to the run root. */
  from: RelativePath,
  reason: z.string().min(1),
  bytes: z.int().nonnegative(),
});
export type TrashItem = z.infer<typeof TrashItem>;
