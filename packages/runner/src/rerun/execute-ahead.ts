import { type elementsOf, outputMisfit } from "@dad/agent";
import type { NodeCall, NodeOutcome } from "@dad/engine";
import type { NodePath, PlanProblem, PlanReason } from "@dad/protocol";
import { readOutcome, type RunPorts } from "@dad/run-context";
import { componentAt, questionFor } from "../asked-variables.ts";
import { errorFromRecord } from "../reused-attempt.ts";
import { UNKNOWN } from "../unknown.ts";
import { askedOf, askedWithout, type DescribeSchema } from "../waiting/request-of.ts";
import type { EarlierAnswers } from "./earlier-answers.ts";
import type { BaseRun } from "./rerun-options.ts";

export interface ExecutingAhead {
  readonly base: BaseRun;
  readonly ports: Pick<RunPorts, "artifacts" | "redactor">;
  readonly answers: EarlierAnswers;
  readonly describe: DescribeSchema;
  readonly elementAt: ReturnType<typeof elementsOf>;
  /** What was decided, and what is found wrong with it. */
  readonly found: { readonly nodes: ReadonlyMap<NodePath, { readonly because: readonly PlanReason[] }>; readonly problems: PlanProblem[] };
}

/** What an attempt gives in a walk that executes nothing: what is on record, or what nobody knows. */
export async function executeAhead(call: NodeCall, looking: ExecutingAhead): Promise<NodeOutcome> {
  return call.asks ? askedAhead(call, call.asks, looking) : await givenAhead(call, looking);
}

/** What was answered before is answered so again. */
function askedAhead({ path }: NodeCall, names: readonly string[], { answers, describe, elementAt, ports }: ExecutingAhead): NodeOutcome {
  const question = questionFor(componentAt(path, elementAt(path)?.definition), path, names);
  const asked = askedWithout(askedOf(path, question, describe), { ports });
  return { status: "completed", value: answers.to(asked)?.value ?? UNKNOWN };
}

async function givenAhead({ path, reuse }: NodeCall, { base, ports, found, elementAt }: ExecutingAhead): Promise<NodeOutcome> {
  // What a replay executes has to give what it gave.
  const isReplayed = found.nodes.get(path)?.because[0]?.component === "replay";
  const record = base.history.nodes.get(isReplayed ? path : (reuse as NodePath));
  if (!record) return { status: "completed", value: UNKNOWN };
  if (record.state !== "completed") return { status: "failed", error: errorFromRecord(record) };
  try {
    const value = await readOutcome(ports.artifacts, record);
    const definition = elementAt(path)?.definition;
    const misfit = definition?.kind === "node" ? outputMisfit(definition.nodeType.output, value) : undefined;
    if (misfit === undefined) return { status: "completed", value };
    found.problems.push(problemOf("schema", path, `gave what its type does not allow any more: ${misfit}`));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    found.problems.push(problemOf("content", path, `gave what cannot be read: ${error.message}`));
  }
  return { status: "completed", value: UNKNOWN };
}

function problemOf(kind: PlanProblem["kind"], path: NodePath, what: string): PlanProblem {
  return { kind, path, message: `${path} ${what}`, allow: [`--reask ${path}`] };
}
