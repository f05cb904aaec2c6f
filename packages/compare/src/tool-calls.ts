import { type ArtifactEntry, canonicalJson, isJsonObject, type Json, type ToolCallDiff, type ToolCallStep } from "@dad/protocol";
import { diffArrays } from "diff";
import type { EntryPair, Pair, PairReader } from "./read-pair.ts";

const MOST_STEPS = 200;
/** Conversations are short. */
const MOST_EDITS = 400;

interface Call {
  readonly tool: string;
  readonly input: Json;
}

/** Which tools a model called, where the sequences differ. Only replies that differ are read. */
export async function compareToolCalls(artifacts: Pair<readonly ArtifactEntry[]>, reader: PairReader): Promise<ToolCallDiff | undefined> {
  const pairs = replyPairs(artifacts);
  if (pairs.every(({ before, after }) => before?.digest === after?.digest)) return undefined;
  const calls: Pair<(Call | string)[]> = { before: [], after: [] };
  for (const pair of pairs) {
    const read = await reader.values(pair);
    // What is the same on both sides, or not known, stands for itself.
    calls.before.push(...(read ? callsOf(read.before) : unread(pair.before)));
    calls.after.push(...(read ? callsOf(read.after) : unread(pair.after)));
  }
  return diffOf(calls);
}

const REPLY = /^(?:steps\/(\d+)\/)?reply$/;

/** The replies of each step in their order. The last one has no number. */
function replyPairs({ before, after }: Pair<readonly ArtifactEntry[]>): readonly EntryPair[] {
  const [old, now] = [repliesIn(before), repliesIn(after)];
  return Array.from({ length: Math.max(old.length, now.length) }, (_, at) => ({ before: old[at], after: now[at] }));
}

function repliesIn(artifacts: readonly ArtifactEntry[]): readonly ArtifactEntry[] {
  const stepOf = ({ name }: ArtifactEntry) => Number(REPLY.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
  const replies = artifacts.filter(({ name }) => REPLY.test(name));
  return replies.toSorted((left, right) => (stepOf(left) < stepOf(right) ? -1 : 1));
}

function unread(entry: ArtifactEntry | undefined): readonly string[] {
  return entry ? [entry.digest] : [];
}

function callsOf(reply: Json | undefined): readonly Call[] {
  const content = isJsonObject(reply) ? reply["content"] : undefined;
  if (!Array.isArray(content)) return [];
  return (content as readonly Json[]).flatMap((part) => {
    if (!isJsonObject(part) || part["type"] !== "tool-call" || typeof part["tool"] !== "string") return [];
    return [{ tool: part["tool"], input: part["input"] ?? null }];
  });
}

function diffOf({ before, after }: Pair<(Call | string)[]>): ToolCallDiff | undefined {
  const keyOf = (call: Call | string) => (typeof call === "string" ? call : canonicalJson([call.tool, call.input]));
  const aligned = diffArrays(before, after, { comparator: (left, right) => keyOf(left) === keyOf(right), maxEditLength: MOST_EDITS });
  const parts = aligned ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  const steps = parts.flatMap(({ value, added, removed }) => {
    const kind: ToolCallStep["kind"] = added ? "added" : removed ? "removed" : "same";
    return value.flatMap((call): ToolCallStep[] => (typeof call === "string" ? [] : [{ kind, ...call }]));
  });
  if (steps.every(({ kind }) => kind === "same")) return undefined;
  return { steps: steps.slice(0, MOST_STEPS), omitted: Math.max(0, steps.length - MOST_STEPS) };
}
