import { z } from "zod";
import { Digest } from "./digest.ts";
import { RunEvent } from "./event.ts";
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

/**
 * The event of a journal entry of a type that is known here and was met often, as `parseEvent` gives it, in a fraction of the time.
 * Its `runId`, `seq`, `prev` and `hash` are not checked: who reads a journal compares them with what they have to be.
 *
 * `undefined` says nothing of the value: it has to be looked at with {@link JournalEntry} and `parseEvent`.
 */
export function quicklyRecorded(value: unknown): RecordedEvent | undefined {
  return QUICK_READERS.get((value as { readonly type?: unknown } | null)?.type)?.(value);
}

/** So many events of a type are read otherwise first: it takes some time to make what reads them quickly. */
const WORTH_COMPILING = 100;

const { epoch, mono } = JournalEntry.shape;
const compared = z.unknown();

/** What they remember is what they were made of, and anybody may use them. */
const QUICK_READERS: ReadonlyMap<unknown, (value: unknown) => RecordedEvent | undefined> = new Map(
  RunEvent.options.map(({ shape }) => [
    shape.type.value,
    quickReader({ ...shape, runId: compared, seq: compared, epoch, hash: compared, mono, prev: compared }),
  ]),
);

function quickReader(shape: z.ZodRawShape): (value: unknown) => RecordedEvent | undefined {
  let [met, schema] = [0, undefined as z.ZodType | undefined];
  return (value) => {
    if (++met <= WORTH_COMPILING) return undefined;
    schema ??= z.compile(z.looseObject(shape));
    return schema.safeParse(value).data as RecordedEvent | undefined;
  };
}
