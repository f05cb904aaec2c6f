import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";

const directory = await mkdtemp(join(tmpdir(), "dad refs "));
afterAll(() => rm(directory, { recursive: true, force: true }));

const git = (args: readonly string[], input = ""): string => execFileSync("git", args, { cwd: directory, input, encoding: "utf8" });
const isBranch = (id: string): boolean => spawnSync("git", ["check-ref-format", `refs/heads/run/${id}`]).status === 0;

/** What a run id may be made of, and pieces that git minds. */
const ids = fc
  .array(fc.constantFrom("a", "z9", "0", ".", "..", "-", "_", ".lock", "head", "refs", "@", "{", "~", "^", ":", "run_1"), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""))
  .filter((id) => RunId.safeParse(id).success);

it("takes every run id as the name of a branch", () => {
  git(["init", "--quiet", "--bare", "."]);
  const tree = git(["mktree"]).trim();
  const commit = git(["-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-m", "x"]).trim();
  const names = [...new Set(fc.sample(ids, 300))];
  const creating = names.map((id) => `create refs/heads/run/${id} ${commit}\n`).join("");
  git(["update-ref", "--stdin"], creating);
  const made = git(["for-each-ref", "--format=%(refname:lstrip=3)", "refs/heads/run"]).trimEnd().split("\n");
  expect(made.toSorted()).toEqual(names.toSorted());
});

it("refuses whatever git refuses", () => {
  const refused = ["a..b", "a.", ".a", "a.lock", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a b", "a@{b", "a\u007fb"];
  expect(refused.filter(isBranch)).toEqual([]);
  expect(refused.filter((id) => RunId.safeParse(id).success)).toEqual([]);
  expect(["a", "run_20261122_073443_1f9c2a", "v1.2.3", "x".repeat(128)].map(isBranch)).toEqual([true, true, true, true]);
});
