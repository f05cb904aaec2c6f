import { z } from "zod";
import { Digest } from "./digest.ts";
import type { RunEvent } from "./event.ts";
import { RunId } from "./id.ts";

/**
 * One line of `journal.jsonl`: an event with what makes the record verifiable. The digest chain is
 * `hash = sha256(canonical JSON of the line without hash)`, and the line holds the hash of the one before.
 */
export const JournalEntry = z.looseObject({
  runId: RunId,
  /** From 1, without a gap. */
  seq: z.int().positive(),
  type: z.string(),
  time: z.iso.datetime(),
  /** Milliseconds of the writer's monotonic clock. Comparable within one epoch only. */
  mono: z.number().nonnegative(),
  /** How many times the run has been opened for work, from 1. A writer with an older epoch is fenced off. */
  epoch: z.int().positive(),
  /** Hash of the entry before, or of nothing for the first. */
  prev: Digest,
  hash: Digest,
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** A journal entry as the event that it records. */
export type RecordedEvent = RunEvent & Pick<JournalEntry, "seq" | "mono" | "epoch" | "prev" | "hash">;
