import { ExecutionId, InputRequest, NodePath, RunDetails, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { type SummaryContext, summaryText } from "./summary.ts";

const run: RunDetails = {
  runId: RunId.parse("run_1"),
  executionId: ExecutionId.parse("01934f3a-7b5c-7000-8000-000000000000"),
  rootComponentId: "coder",
  status: "completed",
  startedAt: "2026-11-22T07:34:43.000Z",
  endedAt: "2026-11-22T07:34:46.200Z",
  runDir: "/home/me/my project/runs/run_1",
  outcome: { branch: "run/run_1", commit: "0123456789abcdef" },
  usage: { inputTokens: 1234, outputTokens: 567, costUsd: 0.0123 },
  nodes: [
    { path: NodePath.parse("coder.analyse"), status: "completed", decision: "executed", durationMs: 98, artifacts: [] },
    { path: NodePath.parse("coder.plan"), status: "completed", decision: "reused", durationMs: 1234, artifacts: [] },
  ],
};
const context = { paint: unpainted, cwd: "/home/me/my project" };

describe("summaryText", () => {
  it("says to what commands were held, of all spaces as soon as one was held to more or lacked something", () => {
    const plain = { adapter: "process", preset: "cooperative", network: "host" as const, guards: {} };
    const strong = { ...plain, adapter: "bubblewrap", preset: "contained", network: "none" as const };
    expect(summaryText({ ...run, spaces: [plain] }, context)).not.toContain("isolation");
    expect(summaryText({ ...run, spaces: [plain, strong] }, context)).toContain(
      "isolation cooperative by process, network host\n          contained by bubblewrap, network none\n",
    );
    expect(summaryText({ ...run, spaces: [{ ...plain, degraded: ["fs.read"] }] }, context)).toContain(
      "isolation cooperative by process, network host without fs.read\n",
    );
  });

  it("says where the files are of a run without an outcome, and where those of one come from that starts from a revision of the project", () => {
    const source = { repository: "/home/me/my project", revision: "main", commit: "fedcba9876543210" };
    const { outcome } = run;
    expect(summaryText({ ...run, outcome: null, workspace: "workspace" }, context)).toContain(
      "\nfiles     runs/run_1/workspace (the run has no outcome: nothing of it is committed)",
    );
    for (const own of [{ start: { ...outcome!, source } }, { rerun: { of: RunId.parse("r0"), start: { commit: "1", source } } }]) {
      const text = summaryText({ ...run, ...own }, { ...context, outcomeRepository: "/home/me/my project/runs/outcome/p" });
      expect(text).toContain("outcome   branch run/run_1 (commit 0123456789ab), from main (fedcba9) of the project\n");
      expect(text).toContain("git -C runs/outcome/p diff fedcba987654...run/run_1");
    }
  });

  it("names the trace of a run to whoever looks at all of it", () => {
    const traced = { ...run, traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
    expect(summaryText(traced, { ...context, artifacts: true })).toContain("\ntrace     4bf92f3577b34da6a3ce929d0e0e4736\nartifacts ");
    for (const text of [summaryText(traced, context), summaryText(run, { ...context, artifacts: true })]) expect(text).not.toContain("\ntrace ");
  });

  it("tells the run, its nodes, what it cost, where its results are and what to do next", () => {
    const text = summaryText(run, {
      ...context,
      profile: "recorded: the model is a recording",
      outcomeRepository: "/home/me/my project/runs/outcome/my project",
      next: ["dad show run_1", "dad ls"],
    });
    expect(text).toBe(
      [
        "run       run_1 completed in 3.2s",
        "agent     coder",
        "profile   recorded: the model is a recording",
        "nodes",
        "  ✔ coder.analyse  completed  98ms",
        "  ✔ coder.plan     completed  1.2s  reused",
        "tokens    1,234 in, 567 out",
        "cost      $0.0123",
        "artifacts runs/run_1",
        "outcome   branch run/run_1 (commit 0123456789ab)",
        "          git -C 'runs/outcome/my project' diff main...run/run_1",
        "next      dad show run_1",
        "          dad ls",
      ].join("\n"),
    );
  });

  it("tells what recordings say apart from what was used and paid, also of what a re-run saved", () => {
    const usage = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded: { calls: 2, inputTokens: 41_203, outputTokens: 998 } };
    const said = "2 replies, 41,203 in, 998 out (nothing paid)";
    expect(summaryText({ ...run, usage, saved: usage }, context)).toContain(
      `\ntokens    0 in, 0 out\nrecorded  ${said}\ncost      $0.00\nsaved     recorded: ${said}\n`,
    );
  });

  it("says of a re-run what it is made from, which other runs made what it reuses, and what that saved", () => {
    const [, reused] = run.nodes as [RunDetails["nodes"][number], RunDetails["nodes"][number]];
    const from = (runId: string) => ({ ...reused, origin: { runId: RunId.parse(runId), seq: 4, attempt: 1 } });
    const rerun = { of: RunId.parse("run_0") };
    const saved = { inputTokens: 1000, outputTokens: 20, costUsd: 0.5 };
    const lines = summaryText({ ...run, rerun, saved, nodes: [from("run_0"), from("older")] }, context).split("\n");
    expect(lines).toContain("re-run of run_0");
    expect(lines.filter((line) => line.includes("coder.plan"))).toEqual([
      "  ✔ coder.plan  completed  1.2s  reused",
      "  ✔ coder.plan  completed  1.2s  reused from older",
    ]);
    expect(lines).toContain("saved     1,000 in, 20 out, $0.5000");
    expect(summaryText({ ...run, rerun: { ...rerun, from: NodePath.parse("coder.plan") } }, context)).toContain(
      "\nre-run of run_0 from coder.plan\n",
    );
  });

  it("says of a failure that did not end the run why, and how often a node was tried", () => {
    const [first, second] = run.nodes as [RunDetails["nodes"][number], RunDetails["nodes"][number]];
    const nodes = [
      { ...first, status: "failed" as const, handled: "catch" as const, error: { code: "X", message: "no luck\nat all", retryable: false } },
      { ...second, decision: "executed" as const, attempt: 3 },
    ];
    const text = summaryText({ ...run, nodes }, context);
    expect(text).toContain("✖ coder.analyse  failed     98ms  caught\n      X: no luck at all\n  ✔ coder.plan     completed  1.2s  attempt 3");
  });

  it("shows of a long run what did not complete, counts the rest and says how to see it", () => {
    const node = (at: number) => ({ ...run.nodes[0], path: NodePath.parse(`coder.each.iter_${at}.say`) }) as RunDetails["nodes"][number];
    const nodes = [...Array.from({ length: 1234 }, (_, at) => node(at)), { ...node(1234), status: "failed" as const }];
    const lines = (more: Partial<SummaryContext>) => summaryText({ ...run, nodes }, { ...context, ...more }).split("\n");
    for (const artifacts of [true, false]) {
      const some = lines({ artifacts, allNodes: "dad show run_1 --all" });
      expect(some.filter((line) => line.includes("coder.each"))).toHaveLength(41);
      expect(some).toContain("  … and 1,194 more that completed: dad show run_1 --all");
    }
    expect(lines({}).filter((line) => line.includes("coder.each"))).toHaveLength(1235);
  });

  it.each([
    [null, "cost      unknown"],
    [0, "cost      $0.00"],
    [12.345, "cost      $12.35"],
  ])("shows a cost of %s as what it is", (costUsd, line) => {
    expect(summaryText({ ...run, usage: { ...run.usage, costUsd } }, context).split("\n")).toContain(line);
  });

  it("says for what a run waits, and of much of that only how much it is", () => {
    const request = InputRequest.parse({
      id: "coder.review:approve",
      path: "coder.review",
      key: "approve",
      prompt: "Publish?",
      schema: { type: "boolean" },
      question: `sha256:${"0".repeat(64)}`,
    });
    const waiting = { ...run, status: "waiting" as const, endedAt: null, requests: [request] };
    expect(summaryText(waiting, { ...context, next: ["dad answer run_1 coder.review:approve"] })).toContain(
      "\nwaits for coder.review:approve: Publish?\n            yes or no (--yes, --no)\nnext      dad answer run_1 coder.review:approve",
    );
    const text = summaryText({ ...waiting, requests: Array.from({ length: 1234 }, () => request) }, context);
    expect(text.split("\n").filter((line) => line.includes("Publish?"))).toHaveLength(10);
    expect(text).toMatch(/\n {10}… and 1,224 more$/);
  });

  it("leaves out what there is not", () => {
    const text = summaryText({ ...run, endedAt: null, status: "running", outcome: null, nodes: [] }, context);
    expect(text.split("\n")).toEqual([
      "run       run_1 running",
      "agent     coder",
      "tokens    1,234 in, 567 out",
      "cost      $0.0123",
      "artifacts runs/run_1",
    ]);
  });

  it("lists the artifacts and the error of a node when asked to", () => {
    const failed = RunDetails.parse({
      ...run,
      status: "failed",
      nodes: [
        {
          ...run.nodes[0],
          status: "failed",
          error: { code: "COMMAND_FAILED", message: "exit code 3:\nno luck", retryable: false },
          artifacts: [
            { name: "input", digest: `sha256:${"0".repeat(64)}`, size: 1234, mediaType: "application/json", path: "coder/analyse/input.json" },
          ],
        },
      ],
    });
    expect(summaryText(failed, { ...context, artifacts: true })).toContain(
      [
        "  ✖ coder.analyse  failed  98ms",
        "      error COMMAND_FAILED: exit code 3:",
        "          no luck",
        "      coder/analyse/input.json  1.2 kB",
      ].join("\n"),
    );
  });
});
