import { isJsonObject, type Json, type Lineage, type LineageNode } from "@dad/protocol";
import { costText, recordedText, sizeText, tokensText } from "./amounts.ts";
import { inOneLine, valueText } from "./compared-values.ts";
import { durationText, timeText } from "./duration.ts";
import { inputTree, type LineageContext } from "./lineage-tree.ts";
import { statusMark, statusWord } from "./node-mark.ts";

const MOST_LISTED = 10;

/**
 * How an artifact of a node, or a node, came about, for people: what it is, who made it, with what, and as a tree what it was made
 * of. Data is taken as it is: make it visible before.
 */
export function lineageText(lineage: Lineage, context: LineageContext): string {
  const { paint } = context;
  const [made] = lineage.nodes;
  if (made === undefined) throw new TypeError("a lineage has at least the node that was asked for");
  const facts = [...artifactFacts(lineage), ...runFacts(lineage, made), ...nodeFacts(made, context), ...madeOfFacts(made)];
  return [
    paint("bold", `${lineage.path}${lineage.artifact ? `/${inOneLine(lineage.artifact.name)}` : ""}`),
    ...facts.map(([label, text]) => `  ${paint("dim", label.padEnd(9))} ${text}`),
    "",
    ...inputTree(lineage, context),
  ].join("\n");
}

type Fact = readonly [label: string, text: string];

function artifactFacts({ artifact, artifacts }: Lineage): Fact[] {
  if (artifact) return [["artifact", `${artifact.mediaType}, ${sizeText(artifact.size)}, ${artifact.digest}`]];
  return artifacts.length === 0 ? [] : [["artifacts", listed(artifacts.map(({ name }) => inOneLine(name)))]];
}

function listed(words: readonly string[]): string {
  const more = words.length - MOST_LISTED;
  return more > 0 ? `${words.slice(0, MOST_LISTED).join(", ")}, and ${more.toLocaleString("en-US")} more` : words.join(", ");
}

/** The chain of re-runs by which a result came here. */
function runFacts({ runId, runs, here }: Lineage, made: LineageNode): Fact[] {
  const at = runs.findIndex((run) => run.runId === made.runId);
  const chain = runs.slice(0, Math.max(0, at) + 1).map((run) => `${run.runId}${GONE[run.record]}`);
  const before: Fact[] = made.recordedIn === made.runId ? [] : [["", `what is told of the node is what ${made.recordedIn} has recorded of it`]];
  if (made.runId === runId) return [["run", `${runId}, which ${here.decision === "assumed" ? "took it as given by a person" : "executed it"}`]];
  return [["run", `${chain.join(" ← re-run of ")}, which executed it`], ...before];
}

const GONE = { there: "", gone: " (of which nothing is kept)", damaged: " (whose journal is damaged)" } as const;
const NOT_RECORDED = "not recorded";

function nodeFacts(made: LineageNode, { paint }: LineageContext): Fact[] {
  const { path, attempt, status, startedAt, durationMs, error, handled } = made;
  const how = handled === undefined ? "" : `, which was handled (${handled})`;
  const took = durationMs === null ? "" : `, took ${durationText(durationMs)}`;
  return [
    ["node", `${path}, attempt ${attempt}`],
    ["status", `${statusMark(status, paint)} ${statusWord(status, paint)}${how}`],
    ...(error ? [["error", `${error.code}: ${inOneLine(error.message)}`] as const] : []),
    ["when", `${startedAt === null ? NOT_RECORDED : timeText(startedAt)}${took}`],
    ...made.attempts.map((before): Fact => {
      const why = before.error ? ` (${before.error.code}: ${inOneLine(before.error.message)})` : "";
      return ["before", `attempt ${before.attempt} ${before.status === "waiting" ? "waited for an answer" : before.status}${why}`];
    }),
  ];
}

function madeOfFacts({ path, runId, fingerprint, nodeType, usage, given, set, outcome, writers }: LineageNode): Fact[] {
  const { code, resources = {}, workspace, inputFiles } = fingerprint ?? {};
  const source = code?.source === undefined ? "" : `, source ${code.source}`;
  return [
    [
      "code",
      code ? `${code.type} ${code.version}${source}` : `${nodeType ?? "its type was"} ${nodeType ? "(its version was not recorded)" : NOT_RECORDED}`,
    ],
    ...Object.entries(resources).map(([alias, behind]): Fact => ["resource", `${inOneLine(alias)} ${behindText(behind)}`]),
    ...(workspace === undefined ? [] : [["files", `saw tree ${workspace}${writers?.length === 0 ? ", which no node had changed" : ""}`] as const]),
    ...(writers ?? []).slice(-MOST_LISTED).map((writer): Fact => {
      const elsewhere = writer.runId === runId ? "" : `, executed in ${writer.runId}`;
      return ["", `changed by ${writer.path} in commit ${writer.commit}${elsewhere}`];
    }),
    ...(inputFiles === undefined ? [] : [["files", `could look at the input files ${inputFiles}`] as const]),
    ...(outcome ? [["commit", `${outcome.commit}${outcome.tree === undefined ? "" : `, tree ${outcome.tree}`}`] as const] : []),
    ...(usage ? [["tokens", tokensText(usage)] as const] : []),
    ...(usage?.recorded ? [["recorded", recordedText(usage.recorded)] as const] : []),
    ...(usage ? [["cost", costText(usage.costUsd)] as const] : []),
    ...(given ?? []).map((value): Fact => ["given", `${givenTo(value.path, path)} from outside, for run ${value.runId} (${timeText(value.at)})`]),
    ...(given === null ? [["given", "static inputs, too many to be in the journal: see static_inputs.json of the run"] as const] : []),
    ...(set.length === 0 ? [] : [["set", `${listed(set.map(inOneLine))}, for run ${runId}`] as const]),
  ];
}

/** Of a model, first which one it is: what else there is may be long. */
function behindText(behind: Json): string {
  if (!isJsonObject(behind)) return valueText(behind);
  const { provider, modelId, ...rest } = behind;
  if (typeof provider !== "string" || typeof modelId !== "string") return valueText(behind);
  return `${inOneLine(`${provider}/${modelId}`)}${Object.keys(rest).length === 0 ? "" : ` ${valueText(rest)}`}`;
}

/** A static input of a node is for that alone; that of a component is for its variables, and whoever reads them. */
function givenTo(given: string, path: string): string {
  return given.split(".").length === path.split(".").length ? "its static input" : `variables of ${given}`;
}
