import { readText } from "@dad/artifacts";
import { addUsage, NO_USAGE, type PlannedNode, type PlanProblem, type PlanReason, type RerunOf, type RerunPlan, type RunId } from "@dad/protocol";
import type { NodeHistory, RunPorts } from "@dad/run-context";
import { UNNAMED, unmarked } from "../run-marks.ts";
import type { Foreseen, LookAhead } from "./look-ahead.ts";
import { originOf } from "./origin.ts";
import { differences, type Told, toldInRecord, toldOf } from "./reasons.ts";
import type { BaseRun } from "./rerun-options.ts";

export interface PlanOfOptions {
  readonly base: BaseRun;
  readonly ahead: LookAhead;
  readonly problems: readonly PlanProblem[];
  readonly artifacts: RunPorts["artifacts"];
  readonly runRoot: string;
  /** The runs whose names are taken out of what is compared. */
  readonly lineage: readonly RunId[];
}

/** The plan of a re-run as people and programs read it. */
export async function planOf(rerun: RerunOf, { base, ahead, problems, artifacts, runRoot, lineage }: PlanOfOptions): Promise<RerunPlan> {
  const own = unmarked({ env: { runId: UNNAMED, runRoot }, workspace: runRoot, lineage });
  const inTheWay = new Map(problems.map((problem) => [problem.path, problem]));
  const nodes: PlannedNode[] = [];
  for (const foreseen of ahead.nodes.values()) {
    const because = await becauseOf(foreseen, { artifacts, unmarked: own });
    const problem = inTheWay.get(foreseen.path);
    inTheWay.delete(foreseen.path);
    nodes.push(plannedNode(base, { ...foreseen, because, problem }));
  }
  for (const { path, kind, message } of inTheWay.values())
    nodes.push({ path, decision: "blocked", because: [{ component: kind, message }], origin: null, savedUsd: null });
  const saved = nodes.flatMap((node) => (node.decision === "reuse" && node.saved ? [node.saved] : [])).reduce(addUsage, NO_USAGE);
  return { format: "dad.plan/1", of: base.runId, rerun, nodes, problems: [...problems], saved };
}

const DECISIONS = { reuse: "reuse", execute: "execute", undecided: "decided at run time" } as const;

function plannedNode(base: BaseRun, { path, decision, record, because, problem }: Foreseen): PlannedNode {
  const isReused = decision === "reuse" && record !== undefined;
  const usage = isReused ? record.usage : undefined;
  return {
    path,
    decision: problem ? "blocked" : DECISIONS[decision],
    because: [...(problem ? [{ component: problem.kind, message: problem.message }] : []), ...because],
    origin: isReused ? originOf(record, base.runId) : null,
    ...(usage ? { saved: usage } : {}),
    savedUsd: isReused && usage ? usage.costUsd : 0,
  };
}

interface Reading {
  readonly artifacts: RunPorts["artifacts"];
  readonly unmarked: (text: string) => string;
}

/** Why a node is executed that is only known to be another one. */
async function becauseOf(
  { decision, because, problem, record, now }: Foreseen,
  { artifacts, unmarked: own }: Reading,
): Promise<readonly PlanReason[]> {
  const unexplained = (decision === "execute" && because.length === 0) || problem?.kind === "changed";
  if (!unexplained || record?.fingerprint === undefined || now === undefined) return because;
  const before = { fingerprint: record.fingerprint, told: await toldBefore(record, artifacts) };
  return differences(before, now, own);
}

/** What is not there any more cannot be compared. */
async function toldBefore(record: NodeHistory, artifacts: RunPorts["artifacts"]): Promise<Told | undefined> {
  const entry = record.artifacts.find(({ name }) => name === "input");
  if (entry === undefined || entry.data !== undefined) return toldInRecord(record);
  return await readText(artifacts, entry).then(
    (text) => toldOf(text, entry.mediaType),
    () => undefined,
  );
}
