import { type ComponentDefinition, elementsOf } from "@dad/agent";
import type { ArtifactEntry, NodePath, PlanProblem } from "@dad/protocol";
import type { NodeHistory, RunPorts } from "@dad/run-context";
import { missingOf } from "../checks/check-resources.ts";
import { workspaceUse } from "../fingerprint.ts";
import { problemsOf as problemsOfSchema } from "../errors.ts";
import { type Decider, FILES_UNKNOWN } from "./decide.ts";
import type { Foreseen, LookAhead } from "./look-ahead.ts";
import { covers } from "./paths.ts";
import type { BaseRun, CheckedRerun } from "./rerun-options.ts";

export interface ProblemsOptions {
  readonly base: BaseRun;
  readonly options: CheckedRerun;
  readonly decider: Decider;
  readonly ahead: LookAhead;
  readonly artifacts: RunPorts["artifacts"];
  readonly resources: RunPorts["resources"];
}

type ElementAt = ReturnType<typeof elementsOf>;

/** All that stands in the way of a re-run: what would silently be wrong, or be done twice. */
export async function problemsOf(root: ComponentDefinition, given: ProblemsOptions): Promise<PlanProblem[]> {
  const { base, options, ahead } = given;
  const foreseen = [...ahead.nodes.values()];
  const elementAt = elementsOf(root);
  return withoutTwins([
    ...foreseen.flatMap(({ problem }) => (problem ? [problem] : [])),
    ...foreseen.flatMap((node) => unfit(elementAt, node, given)),
    ...ahead.problems,
    ...(await missingContents(given)),
    ...(options.allow?.removed ? [] : removed(elementAt, base)),
    ...foreseen.flatMap((node) => repeated(elementAt, node, given)),
  ]);
}

/** Several contents of one node that are gone are one problem. */
function withoutTwins(problems: readonly PlanProblem[]): PlanProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.kind} ${problem.path}`, problem])).values()];
}

/** A node that would fail for what was set of it: its settings do not go together, or ask for a resource that there is not. */
function unfit(elementAt: ElementAt, { path, decision, now }: Foreseen, { options, resources }: ProblemsOptions): PlanProblem[] {
  const isSet = options.setNow.some((pattern) => covers(pattern, path));
  const definition = isSet && now && decision === "execute" ? elementAt(path)?.definition : undefined;
  if (definition?.kind !== "node") return [];
  const { settings, needs } = definition.nodeType;
  const { data, error } = settings.safeParse(now?.told.settings);
  const missing = error ? [] : missingOf(needs?.(data) ?? [], resources);
  const message = error ? problemsOfSchema(error) : missing.map(({ kind, id, why }) => why ?? `there is no ${kind} ${JSON.stringify(id)}`).join("; ");
  return message === "" ? [] : [{ kind: "set", path, message: `${path} cannot be told what is set: ${message}`, allow: [] }];
}

/** Nodes that the definition has no more, each with the question whether it was renamed. */
function removed(elementAt: ElementAt, { runId, history }: BaseRun): PlanProblem[] {
  return [...history.nodes.values()].flatMap(({ path }) => {
    if (elementAt(path)?.definition.kind === "node") return [];
    return [
      {
        kind: "removed" as const,
        path,
        message: `${path} was executed in run ${runId}, and the definition has no such node: was it renamed?`,
        allow: ["--allow-removed"],
      },
    ];
  });
}

/** An effectful node that did its work, or may have, and would do it once more. */
function repeated(elementAt: ElementAt, { path, decision, record, because, now }: Foreseen, { options, decider }: ProblemsOptions): PlanProblem[] {
  // In a replay, what comes from outside is given from the record, or ends it.
  if (options.replay || decision === "reuse" || record === undefined || record.state === "failed" || decider.isMeant(path) || decider.pinned(path))
    return [];
  const element = elementAt(path);
  if (element?.definition.kind !== "node") return [];
  const { nodeType } = element.definition;
  const effect = element.policy?.effect ?? nodeType.effect;
  const confined = workspaceUse({ nodeType, settings: now?.told.settings ?? null, input: now?.told.input }) === "confined";
  if (effect !== "effectful" || confined || isAllowed(path, options)) return [];
  const files = because.find(({ component }) => component === FILES_UNKNOWN)?.message;
  const again = decision === "undecided" ? "may be executed again" : "would be executed again";
  return [
    {
      kind: "effect",
      path,
      message: `${path} ${again}, and a repetition of it matters (it is effectful)${files === undefined ? "" : `; ${files}`}`,
      allow: [`--allow-effects ${path}`, "--allow-effects"],
    },
  ];
}

function isAllowed(path: NodePath, { allow: { effects = false } = {} }: CheckedRerun): boolean {
  return typeof effects === "boolean" ? effects : effects.some((pattern) => covers(pattern, path));
}

/** How many contents are looked for at a time. */
const WIDTH = 32;

/** What is reused has to be there. */
async function missingContents({ ahead, artifacts }: ProblemsOptions): Promise<PlanProblem[]> {
  const stored = [...ahead.nodes.values()].flatMap(({ path, decision, record }) => (decision === "reuse" && record ? storedOf(path, record) : []));
  const problems: PlanProblem[] = [];
  for (let at = 0; at < stored.length; at += WIDTH) {
    const sizes = await Promise.all(stored.slice(at, at + WIDTH).map(async ({ entry }) => artifacts.size(entry.digest)));
    for (const [index, size] of sizes.entries()) {
      const { path, entry } = stored[at + index] as (typeof stored)[number];
      if (size !== entry.size)
        problems.push({
          kind: "content",
          path,
          message: `${path} kept ${JSON.stringify(entry.name)}, whose content is ${size === undefined ? "not there any more" : "damaged"}`,
          allow: [`--reask ${path}`],
        });
    }
  }
  return problems;
}

function storedOf(path: NodePath, { artifacts }: NodeHistory): { readonly path: NodePath; readonly entry: ArtifactEntry }[] {
  return artifacts.flatMap((entry) => (entry.data === undefined && entry.size > 0 ? [{ path, entry }] : []));
}
