import {
  canonicalJson,
  type Digest,
  digestOfBytes,
  digestOfJson,
  type EventDraft,
  JournalEntry,
  parseEvent,
  type RecordedEvent,
  RunEvent,
  RunId,
} from "@dad/protocol";

/** What the next entry follows. */
export interface Head {
  readonly seq: number;
  readonly hash: Digest;
  readonly epoch: number;
}

/** The head of a journal without entries: the first entry holds the digest of nothing. */
export function headOfNothing(): Head {
  return { seq: 0, hash: digestOfBytes(""), epoch: 0 };
}

/** An event as it was reported, before it has its place in the order. Nobody else holds it. */
export type Fact = Readonly<Record<string, unknown>>;

/** Refuses what only looks like a run id before it becomes part of a path. */
export function checkedRunId(runId: RunId): RunId {
  const parsed = RunId.safeParse(runId);
  if (!parsed.success) throw new TypeError(`${JSON.stringify(runId)} is not a run id: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/** Checks and copies what was reported. Throws a `TypeError` that names what is wrong with it. */
export function factOf(runId: RunId, draft: EventDraft): Fact {
  try {
    const time = { time: new Date().toISOString(), mono: performance.now() };
    const fact = parseJson(canonicalJson(withoutUndefined({ ...draft, runId, ...time })), { parse: (value) => value as Fact });
    const parsed = RunEvent.safeParse(fact);
    if (parsed.success) return fact;
    const [issue] = parsed.error.issues;
    throw new TypeError(`${issue?.path.join(".") || "it"}: ${issue?.message}`);
  } catch (cause) {
    throw new TypeError(
      `cannot record the event ${JSON.stringify(draft?.type)} of run ${runId}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** An entry in its two forms, as the text of its line and as an event. */
export interface SealedEntry {
  readonly line: string;
  readonly event: RecordedEvent;
  readonly head: Head;
}

/** Gives a fact its place in the chain. */
export function sealEntry(fact: Fact, epoch: number, before: Head): SealedEntry {
  const { hash: _, ...content } = { ...fact, hash: undefined, seq: before.seq + 1, epoch, prev: before.hash };
  const hash = digestOfJson(content);
  const event = { ...content, hash } as unknown as RecordedEvent;
  return { line: canonicalJson(event), event, head: { seq: content.seq, hash, epoch } };
}

export type Verdict =
  | { readonly event: RecordedEvent; readonly head: Head }
  /**
   * Why a line is not the entry that has to be in its place. `intact` when it is an entry as somebody
   * wrote it, only not here: no torn write leaves that.
   */
  | { readonly reason: string; readonly intact: boolean; readonly cause?: unknown };

/** Reads the line that follows an entry. */
export function verifyLine(line: Uint8Array | string, runId: RunId, before: Head): Verdict {
  try {
    const text = typeof line === "string" ? line : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
    const entry = parseJson(text, asItIs);
    const altered = alterationOf(entry, text);
    if (altered !== undefined) return { reason: altered, intact: false };
    const misplaced = misplacementOf(entry, runId, before);
    if (misplaced !== undefined) return { reason: misplaced, intact: true };
    return understood(entry);
  } catch (cause) {
    return { reason: "it is not a journal entry", intact: false, cause };
  }
}

function understood(entry: JournalEntry): Verdict {
  try {
    return { event: parseEvent(entry) as RecordedEvent, head: { seq: entry.seq, hash: entry.hash, epoch: entry.epoch } };
  } catch (cause) {
    return { reason: `it is a ${entry.type} event of a form that is not known here`, intact: true, cause };
  }
}

function alterationOf(entry: JournalEntry, text: string): string | undefined {
  const { hash, ...content } = entry;
  if (canonicalJson(entry) !== text) return "it is not canonical JSON";
  if (digestOfJson(content) !== hash) return "its content is not what its hash was made of";
  return undefined;
}

function misplacementOf(entry: JournalEntry, runId: RunId, before: Head): string | undefined {
  if (entry.runId !== runId) return `it belongs to run ${entry.runId}`;
  if (entry.seq !== before.seq + 1) return `it has the sequence number ${entry.seq}, expected ${before.seq + 1}`;
  if (entry.prev !== before.hash) return "it does not follow the entry before it";
  if (entry.epoch < before.epoch) return `it was written in epoch ${entry.epoch}, after epoch ${before.epoch} had begun`;
  return undefined;
}

/** Checked, and with every member that its writer gave it: the hash is of all of them. */
const asItIs = {
  parse(value: unknown): JournalEntry {
    JournalEntry.parse(value);
    return value as JournalEntry;
  },
};

function parseJson<T>(text: string, schema: { parse(value: unknown): T }): T {
  return schema.parse(JSON.parse(text));
}

/** An optional member may be given as undefined, which JSON does not know. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutUndefined(member)]));
}
