import { type Digest, NO_USAGE, type NodeDifference, type ReportRun, type RunComparison } from "@dad/protocol";
import { HOSTILE_TEXTS, PATCH } from "./contents.ts";

export const CHANGES = [
  { path: "book/chapter-1.md", kind: "added" as const },
  { path: "cover.png", kind: "added" as const },
  { path: "old/notes.txt", kind: "deleted" as const },
  { path: "src/tide.ts", kind: "modified" as const },
];

export function madeComparison(before: ReportRun, after: ReportRun): RunComparison {
  const sideOf = ({ details, elements }: ReportRun) => ({
    runId: details.runId,
    rootComponentId: details.rootComponentId,
    status: details.status,
    startedAt: details.startedAt,
    durationMs: details.endedAt === null ? null : Date.parse(details.endedAt) - Date.parse(details.startedAt),
    usage: details.usage,
    executed: elements.filter(({ attempts }) => attempts).length - 1,
    reused: 1,
    failed: 1,
  });
  const delta = { durationMs: -1_203.5, inputTokens: 120, outputTokens: -33, costUsd: 0.002_1 };
  const digest = (of: string) => `sha256:${of.repeat(64)}` as Digest;
  return {
    format: "dad.comparison/1",
    differs: true,
    before: sideOf(before),
    after: sideOf(after),
    delta,
    nodes: nodesOf(after).map(({ path, status, decision, durationMs }, index) => {
      const side = { nodeType: "ai_model", status, decision, durationMs, usage: NO_USAGE };
      const alike = { path, attempt: 1, before: side, after: side, delta, fingerprint: [], artifacts: [], notCompared: [] };
      if (index % 3 !== 1) return { ...alike, differs: [] };
      return {
        ...alike,
        differs: ["fingerprint", "prompt", "output", "toolCalls", "artifacts", "notCompared"] satisfies NodeDifference[],
        fingerprint: [
          { component: "settings.prompt", before: "tone: wet", after: HOSTILE_TEXTS[0] ?? "" },
          { component: "code", before: { version: "2" }, after: { version: "3" } },
        ],
        prompt: {
          text: { added: 1, removed: 1, unified: "@@ -1,2 +1,2 @@\n [system]\n-Your tone is wet.\n+Your tone is dry.\n" },
          settings: { changes: [{ path: "/settings/temperature", before: 0.7, after: 0.2 }], omitted: 0 },
        },
        output: {
          text: { added: 1, removed: 1, unified: "@@ -1 +1 @@\n-it comes\n+it goes\n" },
          json: { changes: [{ path: "/chapters/2", after: "The light" }], omitted: 3 },
        },
        toolCalls: {
          steps: [
            { kind: "same" as const, tool: "look_up", input: { place: "Brest" } },
            { kind: "added" as const, tool: "look_up", input: { place: "Ouessant" } },
          ],
          omitted: 0,
        },
        artifacts: [
          {
            name: "reply",
            before: { digest: digest("a"), size: 100, path: "writer/reply" },
            after: { digest: digest("b"), size: 120, path: "writer/reply" },
          },
          { name: "image-1.png", after: { digest: digest("c"), size: 112, path: "writer/image-1.png" } },
        ],
        notCompared: [{ name: "large.txt", reason: "large" as const }],
      };
    }),
    outcome: { before: before.details.outcome, after: after.details.outcome, changes: CHANGES, patch: PATCH },
  };
}

function nodesOf({ elements }: ReportRun) {
  return elements.flatMap(({ attempts, ...element }) => (attempts ? [{ ...element, decision: attempts.at(-1)?.decision ?? "executed" }] : []));
}
