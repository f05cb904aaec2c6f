import { readBytes } from "@dad/artifacts";
import { addUsage, type NodePath, type OutcomeRef, type RecordedEvent, type RunDetails, type RunId, type Usage } from "@dad/protocol";
import { readRun } from "@dad/run-context";
import type { Stage } from "./stage.ts";
import type { TestedCommit } from "./test-run.ts";
import { type TestedNode, testedNode } from "./tested-node.ts";
import { comparable } from "./workspace-files.ts";

/** What the journal says of a run, with all contents. */
export interface RecordedFacts {
  readonly details: RunDetails;
  readonly record: readonly RecordedEvent[];
  readonly nodes: readonly TestedNode[];
  readonly commits: readonly TestedCommit[];
  readonly files: ReturnType<typeof comparable>;
  readonly changes: TestedCommit["changes"];
}

export async function readFacts(stage: Stage, runId: RunId): Promise<RecordedFacts> {
  const { journals, outcomes, runRoot } = stage;
  const details = await readRun(journals, runId, { runRoot });
  const events: RecordedEvent[] = [];
  for await (const event of journals.read(runId)) events.push(event);
  const last = await outcomes.find(runId);
  return {
    details,
    record: events,
    nodes: await nodesOf(stage, { details, events }),
    commits: await commitsOf(stage, events),
    files: comparable((last && outcomes.files(last.commit)) ?? []),
    changes: last ? await outcomes.changes(last.commit) : [],
  };
}

interface NodeSources {
  readonly details: RunDetails;
  readonly events: readonly RecordedEvent[];
}

async function nodesOf({ artifacts, watch }: Stage, { details, events }: NodeSources): Promise<readonly TestedNode[]> {
  const counts = new Map<NodePath, number>();
  const usages = new Map<NodePath, Usage>();
  for (const event of events) {
    if (event.type === "node.started") counts.set(event.path, (counts.get(event.path) ?? 0) + 1);
    if (event.type !== "node.completed" && event.type !== "node.failed" && event.type !== "node.cancelled") continue;
    if (event.usage) usages.set(event.path, sumOf(usages.get(event.path), event.usage));
  }
  return await Promise.all(
    details.nodes.map(async ({ path, status, error, artifacts: entries }) => {
      const { call, outcome } = watch.attempts.get(path) ?? {};
      const kept = entries.map(async (entry) => ({ name: entry.name, mediaType: entry.mediaType, content: await readBytes(artifacts, entry) }));
      return testedNode({
        path,
        status,
        error,
        attempts: counts.get(path) ?? 0,
        usage: usages.get(path),
        settings: call?.settings,
        input: call?.input,
        outcome: outcome?.status === "completed" ? outcome.value : undefined,
        thrown: outcome?.status === "completed" ? undefined : outcome?.error,
        kept: await Promise.all(kept),
      });
    }),
  );
}

function sumOf(before: Usage | undefined, usage: Usage): Usage {
  return before ? addUsage(before, usage) : usage;
}

async function commitsOf({ outcomes }: Stage, events: readonly RecordedEvent[]): Promise<readonly TestedCommit[]> {
  const commits: TestedCommit[] = [];
  let before: OutcomeRef | undefined;
  for (const event of events) {
    if (event.type !== "outcome.committed") continue;
    const { path, outcome } = event;
    const changes = await outcomes.changes(outcome.commit, before ? { from: before.commit } : {});
    const [subject = ""] = (outcomes.message(outcome.commit) ?? "").split("\n", 1);
    commits.push({ node: path, subject, changes });
    before = outcome;
  }
  return commits;
}
