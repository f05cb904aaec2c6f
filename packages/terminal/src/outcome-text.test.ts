import {
  type LargeFile,
  type OutcomeDiff,
  type OutcomeListEntry,
  type OutcomeLog,
  type OutcomeMergeReport,
  type OutcomeReport,
  NodePath,
  RunId,
} from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { outcomeDiffText, outcomeMergeText } from "./outcome-diff-text.ts";
import { countsOf, outcomeListText, outcomeLogText, outcomeText } from "./outcome-text.ts";
import { unpainted } from "./paint.ts";

const runId = RunId.parse("one");
const path = NodePath.parse("main.fix");
const [first, second, third] = ["1".repeat(40), "2".repeat(40), "3".repeat(40)];
const time = "2026-11-22T07:34:43.000Z";
const command = (...options: readonly string[]) => ["dad", ...options].join(" ");
const context = { paint: unpainted, cwd: "/work", command };

describe("a list of outcomes", () => {
  const entry: OutcomeListEntry = {
    runId,
    project: "p",
    status: "completed",
    branch: "run/one",
    commit: second,
    time,
    subject: "[one] Run completed at noon",
    changes: { added: 2, modified: 0, deleted: 1 },
  };

  it("has a line for each run, and says what was not counted and whose journal is gone", () => {
    const gone = { ...entry, runId: RunId.parse("older"), status: null, subject: "[older] main.fix", changes: null };
    const same = { ...entry, changes: { added: 0, modified: 0, deleted: 0 } };
    expect(outcomeListText([entry, gone, same], unpainted).split("\n")).toEqual([
      "RUN    STATUS     COMMITTED             FILES  SUBJECT",
      "one    completed  2026-11-22 07:34:43Z  +2 -1  Run completed at noon",
      "older  unknown    2026-11-22 07:34:43Z         main.fix",
      "one    completed  2026-11-22 07:34:43Z  none   Run completed at noon",
    ]);
  });

  it("is no wider than the terminal, and keeps a subject in its line", () => {
    const [, line = ""] = outcomeListText([{ ...entry, subject: "a\nb" }], unpainted).split("\n");
    expect(line).toMatch(/a\\nb$/);
    expect(outcomeListText([entry], unpainted, 40).split("\n")[1]).toBe("one  completed  2026-11-22 07:34:43Z");
  });
});

describe("an outcome", () => {
  const report: OutcomeReport = {
    format: "dad.outcome/1",
    runId,
    commit: second,
    status: "failed",
    branch: "run/one",
    repository: "/work/runs/outcome/p",
    start: { branch: "run/one", commit: first },
    commits: [{ path, attempt: 2, status: "completed", decision: "reused", commit: second, parent: first }],
    changes: [
      { path: "a\nb", kind: "added" },
      { path: "c", kind: "deleted" },
    ],
    rerunOf: RunId.parse("zero"),
    large: [{ path: "big.bin" as never, mediaType: "application/octet-stream", digest: `sha256:${"ab".repeat(32)}` as never, size: 12_000_000 }],
  };

  it("is told with where it starts, its commits, its files and what to do next", () => {
    expect(outcomeText(report, { ...context, next: ["dad outcome merge one"] }).split("\n")).toEqual([
      "run       one failed",
      "outcome   commit 222222222222 of branch run/one",
      "starts    from commit 111111111111, of run zero",
      "commits   222222222222  main.fix#2  completed  reused",
      "files     +1 -1",
      String.raw`            A a\nb`,
      "            D c",
      "large     big.bin, 12.0 MB, sha256:abababababab",
      "in        runs/outcome/p",
      "next      dad outcome merge one",
    ]);
  });

  it("says from which revision of the project it starts, and that a node changed nothing", () => {
    const source = { repository: "/work", revision: "feature", commit: third };
    const at = { ...report, start: { ...report.start, source }, node: NodePath.parse("main.look"), by: path };
    const text = outcomeText(at, context);
    expect(text).toContain("from revision feature (commit 333333333333) of /work\n");
    expect(text).toContain("as it was when node main.look ended, which changed no files: main.fix was the last who had\n");
    expect(outcomeText({ ...at, by: at.node }, context)).toContain("as node main.look left it\n");
  });

  it("lists the last of many commits, and says how to see them all", () => {
    const [made] = report.commits;
    const text = outcomeText({ ...report, commits: Array.from({ length: 1500 }, (_, at) => ({ ...made, attempt: at + 1 }) as never) }, context);
    expect(text).toMatch(/\ncommits {3}… 1,400 before: dad --json\n {10}2{12} {2}main\.fix#1401 /);
  });

  it("lists the first of many files, and says how to see them all", () => {
    const changes = Array.from({ length: 1500 }, (_, at) => ({ path: `f${at}`, kind: "added" as const }));
    expect(outcomeText({ ...report, changes }, context)).toContain("A f99\n            … and 1,400 more: dad --json\n");
    expect(countsOf(changes)).toEqual({ added: 1500, modified: 0, deleted: 0 });
  });
});

it("a log tells each commit, and how many older ones there are", () => {
  const author = { name: "DAD", email: "dad@localhost" };
  const none = { added: 0, modified: 0, deleted: 0 };
  const log: OutcomeLog = {
    format: "dad.outcome-log/1",
    runId,
    branch: "run/one",
    omitted: 3,
    commits: [
      { commit: third, parent: second, subject: "[one] Run completed", time, author, changes: none },
      {
        commit: second,
        parent: first,
        subject: "[one] main.fix",
        time,
        author,
        node: "main.fix",
        attempt: 2,
        result: `sha256:${"ab".repeat(32)}` as never,
        changes: { added: 1, modified: 2, deleted: 0 },
      },
    ],
  };
  expect(outcomeLogText(log, context).split("\n")).toEqual([
    "COMMIT        TIME                  NODE        FILES  RESULT               SUBJECT",
    "333333333333  2026-11-22 07:34:43Z              none                        Run completed",
    "222222222222  2026-11-22 07:34:43Z  main.fix#2  +1 ~2  sha256:abababababab",
    "… and 3 older: dad --limit 5",
  ]);
});

describe("a comparison of outcomes", () => {
  const diff: OutcomeDiff = {
    format: "dad.outcome-diff/1",
    differs: true,
    before: { runId, commit: first },
    after: { runId, node: path, commit: second },
    changes: [{ path: "a", kind: "modified" }],
    patch: "diff --git a/a b/a\n-x\n+y\n",
  };

  it("tells both sides, the files and how they differ", () => {
    expect(outcomeDiffText(diff, context)).toBe(
      "before one (commit 111111111111)\nafter  one@main.fix (commit 222222222222)\n  M a\ndiff --git a/a b/a\n-x\n+y",
    );
    expect(outcomeDiffText({ ...diff, patch: "+x\n".repeat(900) }, context)).toContain("… and 500 more lines: dad --patch");
  });

  it("says that nothing differs", () => {
    expect(outcomeDiffText({ ...diff, differs: false, changes: [], patch: "" }, context)).toBe(
      "one (commit 111111111111) and one@main.fix (commit 222222222222) have the same files",
    );
  });
});

describe("a merge", () => {
  const merging = { ...context, checkout: "dad outcome checkout one ./outcome-files" };
  const report: OutcomeMergeReport = {
    format: "dad.outcome-merge/1",
    runId,
    commit: second,
    kind: "merged",
    squash: true,
    repository: "/work/runs/outcome/p",
    branch: "main",
    merged: third,
    large: [],
  };

  it("tells what became of the branch", () => {
    expect(outcomeMergeText(report, merging)).toBe("merged one into main of runs/outcome/p, as one commit: commit 333333333333");
    expect(outcomeMergeText({ ...report, kind: "fast-forward", squash: false }, merging)).toContain("p, which only went forward: commit 3");
    expect(outcomeMergeText({ ...report, kind: "up-to-date" }, merging)).toBe("main of runs/outcome/p has one already");
  });

  it("says which files the branch has only pointers of, and what writes them", () => {
    const file = { path: "a\nb.bin", size: 3000, digest: `sha256:${"1".repeat(64)}`, mediaType: "application/octet-stream" } as LargeFile;
    const lines = (count: number, kind: OutcomeMergeReport["kind"] = "merged") =>
      outcomeMergeText({ ...report, kind, large: Array.from({ length: count }, () => file) }, merging)
        .split("\n")
        .slice(1);
    expect(lines(1)).toEqual([
      "pointers: main has <name>.dad-artifact in the place of 1 large file. This writes the file itself:",
      "  dad outcome checkout one ./outcome-files",
      String.raw`  a\nb.bin, 3.0 kB`,
    ]);
    expect(lines(12).at(-1)).toBe("  … and 2 more");
    expect(lines(1, "up-to-date")).toEqual([]);
  });

  it("tells the command that moves a branch that is checked out, so that a shell takes it as it is", () => {
    const checkedOut = {
      directory: "/work/my copy",
      ref: "refs/dad/merges/one",
      command: ["git", "-C", "/work/my copy", "merge", "--ff-only", third],
    };
    expect(outcomeMergeText({ ...report, repository: "/work", checkedOut }, merging).split("\n")).toEqual([
      "one merged with main of /work is commit 333333333333, which refs/dad/merges/one keeps",
      "not moved: my copy has the branch checked out. This moves it together with the files there:",
      `  git -C '/work/my copy' merge --ff-only ${third}`,
    ]);
  });
});
