import { type ArtifactEntry, nameHint, NodePath } from "@dad/protocol";
import { ArtifactUnknownError, NodeAmbiguousError, NodeUnknownError } from "./errors.ts";
import { type AttemptRecord, artifactsOf, type RunRecord } from "./run-record.ts";

/** What somebody asks about: an attempt of a node in the run, and perhaps an artifact of it. */
export interface Asked {
  readonly attempt: AttemptRecord;
  readonly artifact: ArtifactEntry | undefined;
}

export interface AskedText {
  /** A node path, `<node path>/<artifact>`, or the path of a readable file or of the directory of a node in the run. */
  readonly node: string;
  /** The name of an artifact, of a `node` that is nothing but a node path. */
  readonly artifact?: string | undefined;
}

/** @throws NodeUnknownError (`NODE_UNKNOWN`), NodeAmbiguousError (`NODE_AMBIGUOUS`), ArtifactUnknownError (`ARTIFACT_UNKNOWN`). */
export function askedIn(run: RunRecord, { node, artifact }: AskedText): Asked {
  if (artifact !== undefined) return artifactOf(run, knownNode(run, node), artifact);
  const text = node.replace(/^\.\//, "").replace(/\/+$/, "");
  const slash = text.indexOf("/");
  const [head, name] = slash < 0 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
  const attempts = run.attempts.get(head as NodePath);
  if (attempts) return name === undefined ? { attempt: lastOf(attempts), artifact: undefined } : artifactOf(run, head as NodePath, name);
  if (name === undefined) return { attempt: lastOf(run.attempts.get(knownNode(run, head)) ?? []), artifact: undefined };
  return shownAt(run, text);
}

function lastOf(attempts: readonly AttemptRecord[]): AttemptRecord {
  const last = attempts.at(-1);
  if (last === undefined) throw new TypeError("a node has at least one attempt");
  return last;
}

export function knownNode(run: RunRecord, path: string): NodePath {
  if (run.attempts.has(path as NodePath)) return path as NodePath;
  const kind = run.components.get(path as NodePath);
  if (kind === undefined) throw new NodeUnknownError(run.runId, path, hintOf(path, [...run.attempts.keys(), ...run.components.keys()], "."));
  const choices = [...run.attempts.keys()].filter((inside) => inside.startsWith(`${path}.`));
  throw new NodeAmbiguousError(run.runId, path, { reason: `is no node (its kind: ${kind}); what it gives is what its nodes give`, choices });
}

/** Of the last attempt that has it: a later one that kept nothing of this name has not replaced it. */
function artifactOf(run: RunRecord, path: NodePath, name: string): Asked {
  const attempts = (run.attempts.get(path) ?? []).toReversed();
  for (const attempt of attempts) {
    const artifact = artifactsOf(attempt).find((entry) => entry.name === name);
    if (artifact) return { attempt, artifact };
  }
  const known = new Set(attempts.flatMap((attempt) => artifactsOf(attempt).map((entry) => entry.name)));
  throw new ArtifactUnknownError({ runId: run.runId, path }, name, [...known]);
}

/** Names what is nearest to a path: what is in the innermost of the directories (or components) of it that there are. */
function hintOf(path: string, known: readonly string[], separator: "." | "/"): string {
  const steps = path.split(separator);
  for (let length = steps.length - 1; length > 0; length--) {
    const inside = known.filter((other) => other.startsWith(`${steps.slice(0, length).join(separator)}${separator}`));
    if (inside.length > 0) return nameHint(path, inside);
  }
  return nameHint(path, known);
}

/** What people see at a place below the directory of the run, or at one that goes through that. */
function shownAt(run: RunRecord, text: string): Asked {
  const steps = text.split("/");
  const place = steps.slice(steps.indexOf(run.runId) + 1).join("/");
  const files = filesOf(run);
  const found = files.filter(({ artifact }) => artifact.path === place);
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  if (only) {
    const choices = found.map(({ attempt, artifact }) => `${attempt.path}/${artifact.name}`);
    throw new NodeAmbiguousError(run.runId, place, { reason: "was written by several nodes", choices });
  }
  const path = NodePath.safeParse(place.replaceAll("/", ".")).data;
  const attempts = path && run.attempts.get(path);
  if (attempts) return { attempt: lastOf(attempts), artifact: undefined };
  if (path && run.components.has(path)) knownNode(run, path);
  if (run.given.some(({ artifact }) => artifact.path === place))
    throw new NodeUnknownError(run.runId, place, "it has what was given from outside, which no node made");
  const [head = ""] = place.split("/");
  // Somebody who writes a component and a name means something in the component.
  if (head.includes(".")) knownNode(run, head);
  const places = files.map(({ artifact }) => artifact.path);
  throw new NodeUnknownError(run.runId, place, hintOf(place, places, "/"));
}

/** The readable files of all nodes: of each node those of the last attempt that kept them. */
function filesOf(run: RunRecord): Required<{ [Part in keyof Asked]: NonNullable<Asked[Part]> }>[] {
  return [...run.attempts.values()].flatMap((attempts) => {
    const byPlace = new Map(attempts.flatMap((attempt) => artifactsOf(attempt).map((artifact) => [artifact.path, { attempt, artifact }] as const)));
    return [...byPlace.values()].filter(({ artifact }) => artifact.shown !== false);
  });
}
