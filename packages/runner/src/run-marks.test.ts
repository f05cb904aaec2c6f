import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unmarked } from "./run-marks.ts";

const id = (text: string) => RunId.parse(text);

/** The same text of two runs, the second of which was made from the first. */
function inBoth(text: (run: { readonly runId: string; readonly workspace: string; readonly root: string }) => string, places: Places) {
  const [before, now] = [id("run_20260101_000000_aaaaaa"), id("rerun_20260102_000000_bbbbbb")];
  const json = (runId: RunId, root: string) => JSON.stringify(text({ runId, root, workspace: places.workspace(runId, root) }));
  const of = (runId: RunId, lineage: readonly RunId[], root: string) =>
    unmarked({ env: { runId, runRoot: root }, workspace: places.workspace(runId, root), lineage });
  const own = of(now, [before], places.roots[1]);
  return {
    before: of(before, [], places.roots[0])(json(before, places.roots[0])),
    now: own(json(now, places.roots[1])),
    /** What it was given by the earlier one. */
    passedOn: own(json(before, places.roots[1])),
  };
}

interface Places {
  readonly roots: readonly [string, string];
  workspace(runId: string, root: string): string;
}

const PLACES: readonly (readonly [string, Places])[] = [
  ["the directory of the run", { roots: ["/p/runs", "/p/runs"], workspace: (runId, root) => `${root}/${runId}` }],
  ["a directory in the run root", { roots: ["/p/runs", "/p/runs"], workspace: (runId, root) => `${root}/.dad/work/${runId}` }],
  ["a directory elsewhere", { roots: ["/p/runs", "/p/runs"], workspace: (runId) => `/elsewhere/${runId}` }],
  ["a directory whose path is escaped in JSON", { roots: ["C:\\p\\runs", "C:\\p\\runs"], workspace: (runId) => `C:\\work\\${runId}` }],
];

describe.each(PLACES)("with %s as the workspace, the texts of a run and of one made from it are the same", (_name, places) => {
  it.each<[string, Parameters<typeof inBoth>[0]]>([
    ["the id", ({ runId }) => `run ${runId}.`],
    ["the id at the beginning of a line", ({ runId }) => `a\n${runId}\n\t${runId}`],
    ["the id after a control character", ({ runId }) => `\u0001${runId}`],
    ["the directory of the run", ({ root, runId }) => `${root}/${runId}/file`],
    ["the workspace", ({ workspace }) => `cd ${workspace}; ls ${workspace}/src`],
    ["the run root", ({ root }) => `ls ${root}`],
  ])("%s", (_what, text) => {
    const { before, now, passedOn } = inBoth(text, places);
    expect(now).toBe(before);
    expect(passedOn).toBe(before);
  });
});

it("takes no id for a part of a longer word, and an escaped backslash for no escape", () => {
  const runId = id("run_20260101_000000_aaaaaa");
  const own = unmarked({ env: { runId, runRoot: "/runs" }, workspace: `/runs/${runId}`, lineage: [] });
  for (const text of [`x${runId}`, `${runId}0`, `${runId}-a`, `\\n${runId}`, `a.${runId}`])
    expect(own(JSON.stringify(text))).toBe(JSON.stringify(text));
});

it("takes an id that a person chose for one only in a path", () => {
  const own = unmarked({ env: { runId: id("fix"), runRoot: "/runs" }, workspace: "/runs/fix", lineage: [] });
  expect(own(JSON.stringify("fix /runs/fix, /runs/fix.txt and /runs/fixed"))).toBe(
    '"fix $var{runRoot}/$var{runId}, $var{runRoot}/fix.txt and $var{runRoot}/fixed"',
  );
});
