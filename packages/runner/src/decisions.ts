import type { NodeType } from "@dad/agent";
import type { NodeFingerprint, NodePath } from "@dad/protocol";
import type { NodeHistory, RunPorts } from "@dad/run-context";
import type { NodeGiven } from "./fingerprint.ts";
import type { Continuation } from "./rerun/continuation.ts";
import type { Decision } from "./rerun/decide.ts";
import { ReplayDivergedError } from "./rerun/errors.ts";
import { differences, toldInRecord } from "./rerun/reasons.ts";
import type { Decisions, NodeToDecide } from "./walk.ts";

export interface DecisionsOptions {
  readonly fingerprint: (given: NodeGiven) => NodeFingerprint;
  /** Takes out of a JSON text what differs with each run. */
  readonly unmarked: (text: string) => string;
  /** What is on record of the run itself. */
  readonly recorded: ReadonlyMap<NodePath, NodeHistory>;
  /** Of a re-run. */
  readonly continuation: Continuation | undefined;
  readonly redactor?: RunPorts["redactor"];
}

/** Decides of each node before it is begun. */
export function decisionsOf({ fingerprint, unmarked, recorded, continuation, redactor }: DecisionsOptions): Decisions {
  if (continuation === undefined) return { settings: (_place, settings) => settings, of: (node) => ({ fingerprint: fingerprint(givenOf(node)) }) };
  const { decider, base, isReplay } = continuation;
  const decide = decider.inWalk(recorded.values());
  return {
    settings: ({ path }, settings) => continuation.withSet(path, settings),
    of(node) {
      const { path } = node.place;
      const found = fingerprint(givenOf(node));
      const decision = decide({ path, fingerprint: found, fromOutside: isFromOutside(node) });
      if (decision.kind === "reuse") return { fingerprint: found, reuse: decision.record.path };
      if (isReplay) assertAsRecorded(node, found, decision);
      return { fingerprint: found };
    },
  };

  function assertAsRecorded(
    { place: { path }, settings, input }: NodeToDecide,
    found: NodeFingerprint,
    { because }: Decision & { kind: "execute" },
  ): void {
    const record = base.history.nodes.get(path);
    if (because.some(({ component }) => component === "replay")) return;
    const before = record?.fingerprint && { fingerprint: record.fingerprint, told: toldInRecord(record) };
    const after = { fingerprint: found, told: { settings: redactor?.json(settings) ?? settings, input } };
    throw new ReplayDivergedError(path, base.runId, before ? differences(before, after, unmarked) : because);
  }
}

export function givenOf({ element, settings, plain, inputFiles, input, answers }: NodeToDecide): NodeGiven {
  return { nodeType: element.definition.nodeType, settings, plain, inputFiles, input, answers };
}

/** Whether what a node gives comes from models, or from what it does to the world. */
export function isFromOutside({ element: { definition, policy }, settings }: Pick<NodeToDecide, "element" | "settings">): boolean {
  const { nodeType } = definition;
  return (policy?.effect ?? nodeType.effect) !== "pure" || asksModel(nodeType, settings);
}

function asksModel({ needs, ...nodeType }: NodeType, settings: unknown): boolean {
  const parsed = needs && nodeType.settings.safeParse(settings);
  return parsed?.success === true && (needs?.(parsed.data) ?? []).some(({ kind }) => kind === "model");
}
