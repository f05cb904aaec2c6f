import { inlineContent } from "@dad/artifacts";
import type { Journal, JournalStore } from "@dad/journal";
import {
  ArtifactEntry,
  canonicalJson,
  digestOfJson,
  type EventDraft,
  ExecutionId,
  type Json,
  NO_USAGE,
  type NodeFingerprint,
  NodePath,
  RunId,
  type Usage,
} from "@dad/protocol";

// For the tests of this package only.

export const id = (name: string): RunId => RunId.parse(name);
export const at = (path: string): NodePath => NodePath.parse(path);

/** One attempt of a node, by what of it matters to a test. */
export interface MadeAttempt {
  readonly path: string;
  /** Default 1. */
  readonly attempt?: number;
  /** What it kept: texts as texts, and all else as JSON. */
  readonly kept?: Readonly<Record<string, Json>>;
  /** What it was made of, when that is on record. */
  readonly made?: Partial<NodeFingerprint> | undefined;
  readonly usage?: Usage;
  /** Members of the entry that says how it ended. */
  readonly end?: object;
  /** Default `node.completed`. `undefined`: nobody recorded how it ended. */
  readonly type?: "node.completed" | "node.failed" | "node.cancelled" | "node.parked" | undefined;
}

/** A run that did this, and completed. */
export async function makeRun(journals: JournalStore, name: string, attempts: readonly MadeAttempt[]): Promise<RunId> {
  await using journal = await journals.create(id(name));
  await journal.append({ type: "run.started", executionId: ExecutionId.parse(crypto.randomUUID()), rootComponentId: "main" });
  await journal.append({ type: "component.started", path: at("main"), kind: "agent" });
  for (const attempt of attempts) await recordAttempt(journal, attempt);
  await journal.append({ type: "run.completed", usage: NO_USAGE });
  return journal.runId;
}

async function recordAttempt(journal: Journal, made: MadeAttempt): Promise<void> {
  const { path, attempt = 1, kept = {}, usage, end } = made;
  const type = "type" in made ? made.type : "node.completed";
  const place = { path: at(path), attempt };
  await journal.append({ type: "node.started", ...place, nodeType: "test" });
  if (type === undefined) return;
  const artifacts = Object.entries(kept).map(([name, value]) => entryOf(name, value));
  const facts = { ...place, durationMs: 1, artifacts, ...(usage ? { usage } : {}), ...fingerprintOf(made) };
  const failed = type === "node.failed" ? { error: { code: "NODE_FAILED", message: "no luck", retryable: false } } : {};
  const parked = type === "node.parked" ? { requests: ["main.step:approve"] } : {};
  const completed = type === "node.completed" ? { decision: "executed" } : {};
  await journal.append({ type, ...facts, ...failed, ...parked, ...completed, ...end } as EventDraft);
}

function fingerprintOf({ made }: MadeAttempt): { readonly fingerprint?: NodeFingerprint } {
  if (!made) return {};
  return { fingerprint: { code: { type: "test", version: "1" }, digest: digestOfJson(made), ...made } };
}

export function entryOf(name: string, value: Json): ArtifactEntry {
  const text = typeof value === "string";
  const content = inlineContent(text ? value : canonicalJson(value), text ? "text/plain" : "application/json");
  return ArtifactEntry.parse({ ...content, name, path: `main/${name.replaceAll(/[^\w/.-]/g, "_")}` });
}
