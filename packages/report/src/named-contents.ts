import type { ArtifactEntry, NodeOrigin, RecordedEvent } from "@dad/protocol";
import { isNodeEnd } from "./attempts.ts";
import { isPicture } from "./readable-content.ts";

/** Content that a run names. */
export interface NamedContent {
  readonly entry: ArtifactEntry;
  /** Of what is reused: where it was made. */
  readonly origin: NodeOrigin | undefined;
  /** What readers look for first has the smallest number. */
  readonly rank: number;
  /** It is a part of a conversation with a model. */
  readonly isConversation: boolean;
}

/** All that a run names, each content once, what matters most first. */
export function namedContents(events: readonly RecordedEvent[]): readonly NamedContent[] {
  const found = new Map<string, NamedContent>();
  for (const named of events.flatMap(contentsNamedBy)) {
    const before = found.get(named.entry.digest);
    if (!before || named.rank < before.rank) found.set(named.entry.digest, named);
  }
  return [...found.values()].sort((left, right) => left.rank - right.rank);
}

const CONVERSATION = /^(state|reply|steps\/\d+\/(reply|results))$/;

const FAILED = 0;
const CONVERSED = 1;
const GIVEN = 2;
const TOLD = 3;
const TEXT = 4;
const PICTURE = 5;
const ELSE = 6;

function contentsNamedBy(event: RecordedEvent): readonly NamedContent[] {
  if (isNodeEnd(event)) {
    const failed = event.type === "node.failed";
    const origin = event.type === "node.completed" || event.type === "node.failed" ? event.origin : undefined;
    return event.artifacts.map((entry) => named(entry, rankOf(entry, { failed }), origin));
  }
  if (event.type === "step.completed") return [named(event.result, TEXT)];
  if (event.type === "inputs.registered") return [named(event.artifact, TOLD)];
  if (event.type !== "run.started") return [];
  return [...(event.inputs ? [named(event.inputs, TOLD)] : []), ...(event.inputFiles ?? []).map((entry) => named(entry, ELSE))];
}

function named(entry: ArtifactEntry, rank: number, origin?: NodeOrigin): NamedContent {
  return { entry, origin, rank, isConversation: CONVERSATION.test(entry.name) };
}

function rankOf({ name, mediaType }: ArtifactEntry, { failed }: { readonly failed: boolean }): number {
  // It repeats what the entry of the node says.
  if (name === "result") return ELSE;
  if (failed) return FAILED;
  if (CONVERSATION.test(name)) return CONVERSED;
  if (name === "outcome" || name === "error") return GIVEN;
  if (name === "input") return TOLD;
  if (isPicture(mediaType)) return PICTURE;
  return /^text\/|json|xml|yaml|javascript|typescript/.test(mediaType) ? TEXT : ELSE;
}
