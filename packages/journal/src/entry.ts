import {
  canonicalJson,
  type Digest,
  digestOfBytes,
  type EventDraft,
  JournalEntry,
  parseEvent,
  quicklyRecorded,
  type RecordedEvent,
  RunEvent,
  RunId,
} from "@dad/protocol";
import { inOrder } from "./in-order.ts";

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

/** Refuses what only looks like a run id before it becomes part of a path. */
export function checkedRunId(runId: RunId): RunId {
  const parsed = RunId.safeParse(runId);
  if (!parsed.success) throw new TypeError(`${JSON.stringify(runId)} is not a run id: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/** An event as it was reported, before it has its place in the order. Nobody else holds it. */
export interface Fact {
  readonly event: Readonly<Record<string, unknown>>;
  /** The canonical text of its members, each with a comma, in the five pieces that {@link pieceOf} tells apart. */
  readonly pieces: readonly string[];
}

/** The members that say where an entry has its place. Known when it gets it. */
const PLACE: ReadonlySet<string> = new Set(["epoch", "hash", "prev", "seq"]);

/** Between which of them, in canonical order, a member stands: the number of those before it. */
function pieceOf(key: string): number {
  if (key < "hash") return key < "epoch" ? 0 : 1;
  if (key < "prev") return 2;
  return key < "seq" ? 3 : 4;
}

/** Checks and copies what was reported. Throws a `TypeError` that names what is wrong with it. */
export function factOf(runId: RunId, draft: EventDraft): Fact {
  try {
    const reported: Record<string, unknown> = { ...draft, runId, time: new Date().toISOString(), mono: performance.now() };
    const fact = quickFact(reported) ?? quickFact(withoutUndefined(reported));
    // Says what JSON cannot carry, and where it is.
    if (fact === undefined) throw new TypeError(canonicalJson(withoutUndefined(reported)));
    const parsed = RunEvent.safeParse(fact.event);
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

/** `undefined` where some member has no text. */
function quickFact(members: Readonly<Record<string, unknown>>): Fact | undefined {
  const pieces = ["", "", "", "", ""];
  const event: Record<string, unknown> = {};
  for (const key of Object.keys(members).sort()) {
    const value = members[key];
    // Where an entry has its place is not for a draft to say.
    if (value === undefined || PLACE.has(key)) continue;
    try {
      const copy = inOrder(value);
      const text = copy === undefined ? canonicalJson(value) : JSON.stringify(copy);
      pieces[pieceOf(key)] += `${JSON.stringify(key)}:${text},`;
      setMember(event, key, copy === undefined ? JSON.parse(text) : copy);
    } catch {
      return undefined;
    }
  }
  return { event, pieces };
}

/** Also one of a name that means something else when it is assigned to. */
function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** An entry in its two forms, as the text of its line and as an event. */
export interface SealedEntry {
  readonly line: string;
  readonly event: RecordedEvent;
  readonly head: Head;
}

/** Gives a fact its place in the chain. */
export function sealEntry({ event, pieces: [a = "", b = "", c = "", d = "", e = ""] }: Fact, epoch: number, before: Head): SealedEntry {
  const seq = before.seq + 1;
  const start = `{${a}"epoch":${epoch},${b}`;
  // Every event has a time and a type, and so there is a last piece, with a comma at its end.
  const content = `${start}${c}"prev":"${before.hash}",${d}"seq":${seq},${e.slice(0, -1)}}`;
  const digest = digestOfBytes(content);
  const line = `${content.slice(0, start.length)}${hashMember(digest)}${content.slice(start.length)}`;
  return { line, event: { ...event, epoch, hash: digest, prev: before.hash, seq } as unknown as RecordedEvent, head: { seq, hash: digest, epoch } };
}

function hashMember(digest: string): string {
  return `"hash":"${digest}",`;
}

export interface Verified {
  readonly event: RecordedEvent;
  readonly head: Head;
}

/**
 * Why a line is not the entry that has to be in its place. `intact` when it is an entry as somebody
 * wrote it, only not here: no torn write leaves that.
 */
export interface Refusal {
  readonly reason: string;
  readonly intact: boolean;
  readonly cause?: unknown;
}

export type Verdict = Verified | Refusal;

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the line that follows an entry. */
export function verifyLine(line: Buffer | string, runId: RunId, before: Head): Verdict {
  try {
    const value: unknown = JSON.parse(typeof line === "string" ? line : UTF_8.decode(line));
    return quickVerdict(line, value, { runId, before }) ?? closeVerdict(line, value, { runId, before });
  } catch (cause) {
    return { reason: "it is not a journal entry", intact: false, cause };
  }
}

interface Expected {
  readonly runId: RunId;
  readonly before: Head;
}

/** Of a line with which nothing is wrong, in a fraction of the time. `undefined`: it has to be looked at closely. */
function quickVerdict(line: Buffer | string, value: unknown, { runId, before }: Expected): Verified | undefined {
  const event = quicklyRecorded(value);
  if (event === undefined || misplacementOf(event, runId, before) !== undefined || !isHashOf(event.hash, line)) return undefined;
  return { event, head: event };
}

/** Says what is wrong with a line, if something is. */
export function closeVerdict(line: Buffer | string, value: unknown, { runId, before }: Expected): Verdict {
  const { hash: digest } = JournalEntry.parse(value);
  if (!isHashOf(digest, line)) return { reason: "its content is not what its hash was made of", intact: false };
  // With every member that its writer gave it.
  const entry = value as JournalEntry;
  const misplaced = misplacementOf(entry, runId, before);
  return misplaced === undefined ? understood(entry) : { reason: misplaced, intact: true };
}

/** The hash is of the line as it stands without the hash, so one character more or less, and be it white space, is noticed. */
function isHashOf(digest: Digest, line: Buffer | string): boolean {
  // There is one such place: nobody can put the hash of a text into the text.
  return digestOfBytes(without(hashMember(digest), line)) === digest;
}

function without(part: string, line: Buffer | string): Buffer | string {
  if (typeof line === "string") return line.replace(part, "");
  const start = line.indexOf(part, 0, "latin1");
  if (start < 0) return line;
  const content = Buffer.allocUnsafe(line.byteLength - part.length);
  line.copy(content, 0, 0, start);
  line.copy(content, start, start + part.length);
  return content;
}

function understood(entry: JournalEntry): Verdict {
  try {
    return { event: parseEvent(entry) as RecordedEvent, head: { seq: entry.seq, hash: entry.hash, epoch: entry.epoch } };
  } catch (cause) {
    return { reason: `it is a ${entry.type} event of a form that is not known here`, intact: true, cause };
  }
}

function misplacementOf(entry: Pick<JournalEntry, "runId" | "seq" | "prev" | "epoch">, runId: RunId, before: Head): string | undefined {
  if (entry.runId !== runId) return `it belongs to run ${entry.runId}`;
  if (entry.seq !== before.seq + 1) return `it has the sequence number ${entry.seq}, expected ${before.seq + 1}`;
  if (entry.prev !== before.hash) return "it does not follow the entry before it";
  if (entry.epoch < before.epoch) return `it was written in epoch ${entry.epoch}, after epoch ${before.epoch} had begun`;
  return undefined;
}

/** An optional member may be given as undefined, which JSON does not know. */
function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutUndefined(member)])) as T;
}
