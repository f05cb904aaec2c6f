import { DadError, nameHint, type NodePath, type RunId } from "@dad/protocol";

/** `NODE_UNKNOWN`: the run has no node, and no readable file of one, at this path. The hint says which may have been meant. */
export class NodeUnknownError extends DadError<"NODE_UNKNOWN"> {
  constructor(runId: RunId, asked: string, hint: string) {
    super("NODE_UNKNOWN", `no node of run ${runId} is at ${JSON.stringify(asked)}; ${hint}`, { details: { runId, asked } });
  }
}

/** `NODE_AMBIGUOUS`: several nodes are meant by a path, or none of its own. Says what to ask for. */
export class NodeAmbiguousError extends DadError<"NODE_AMBIGUOUS"> {
  constructor(runId: RunId, asked: string, { reason, choices }: { readonly reason: string; readonly choices: readonly string[] }) {
    const listed = choices.slice(0, MOST_LISTED).join(", ");
    const rest = choices.length > MOST_LISTED ? ` and ${choices.length - MOST_LISTED} more` : "";
    const what = choices.length === 0 ? "no node of it was begun" : `ask for ${choices.length === 1 ? "" : "one of "}${listed}${rest}`;
    super("NODE_AMBIGUOUS", `${asked} of run ${runId} ${reason}: ${what}`, { details: { runId, asked, choices: choices.slice(0, MOST_LISTED) } });
  }
}

const MOST_LISTED = 20;

/** `ARTIFACT_UNKNOWN`: the node has no artifact of this name. Says which may have been meant. */
export class ArtifactUnknownError extends DadError<"ARTIFACT_UNKNOWN"> {
  constructor(place: { readonly runId: RunId; readonly path: NodePath }, name: string, known: readonly string[]) {
    const { runId, path } = place;
    super("ARTIFACT_UNKNOWN", `node ${path} of run ${runId} has no artifact ${JSON.stringify(name)}; ${nameHint(name, known)}`, {
      details: { runId, path, name },
    });
  }
}
