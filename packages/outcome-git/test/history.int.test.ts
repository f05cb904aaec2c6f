import { execFile } from "node:child_process";
import { appendFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { OutcomeRepository, OutcomeSummary } from "@dad/outcome";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places } from "./places.ts";

let places: Places;
let repository: OutcomeRepository;
beforeEach(async () => {
  places = await openPlaces([]);
  repository = gitOutcomeRepository(places);
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

async function listed(): Promise<OutcomeSummary[]> {
  const all: OutcomeSummary[] = [];
  for await (const summary of repository.list()) all.push(summary);
  return all;
}

/** Makes a commit as somebody does who writes objects by hand. */
async function commitByHand(text: string): Promise<string> {
  const running = promisify(execFile)("git", ["-C", places.directory, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]);
  running.child.stdin?.end(text);
  return (await running).stdout.trim();
}

describe("the history of a repository in which others work, too", () => {
  it("lists the branches of runs and no others, with or without what they started from", async () => {
    await using run = await repository.open(RunId.parse("run1"));
    const { commit } = await run.commit({ subject: "x" });
    for (const name of ["run/by.hand", "run/Not-A-Run", "run/a/b", "runs", "feature"]) await git(places.directory, "branch", name, commit);
    expect((await listed()).map(({ runId }) => runId)).toEqual(["by.hand", "run1"]);
    await git(places.directory, "update-ref", "-d", "refs/dad/base/run1");
    expect((await listed()).map(({ runId }) => runId)).toEqual(["by.hand", "run1"]);
  });

  it("follows the first parent of a merge", async () => {
    await using one = await repository.open(RunId.parse("run1"));
    await using two = await repository.open(RunId.parse("run2"));
    const first = await one.commit({ subject: "first" });
    const side = await two.commit({ subject: "side" });
    const header = `tree ${first.tree}\nparent ${first.commit}\nparent ${side.commit}\nauthor x <x@x> 1 +0000\ncommitter x <x@x> 1 +0000\n`;
    const merge = await commitByHand(`${header}\nMerge\n\nDad-Run: run1\nDad-Base: ${one.start.commit}\n`);
    await git(places.directory, "branch", "--force", "run/run1", merge);
    expect((await repository.log(merge)).map(({ subject, parent }) => [subject, parent])).toEqual([
      ["Merge", first.commit],
      ["first", one.start.commit],
    ]);
    expect((await listed())[0]).toMatchObject({ commit: merge, parent: first.commit });
  });

  it("reads commits that nobody would make, and starts no program for one that is signed", async () => {
    await using run = await repository.open(RunId.parse("run1"));
    const { commit, tree } = await run.commit({ subject: "x" });
    const marker = join(places.root, "executed");
    const program = join(places.root, "gpg");
    await writeFile(program, `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
    const settings = `[log]\n\tshowSignature = true\n\tmailmap = true\n[gpg]\n\tprogram = ${JSON.stringify(program)}\n`;
    const looks = "[i18n]\n\tlogOutputEncoding = UTF-16\n[format]\n\tpretty = oneline\n[color]\n\tui = always\n";
    await appendFile(join(places.directory, "config"), settings + looks);
    const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n";
    const header = `tree ${tree}\nparent ${commit}\nauthor  <> 1 +0000\ncommitter ü <> 99999999999999999 -1200\n${signature}`;
    const odd = await commitByHand(`${header}\n\n\nOdd ü\nmore\n\nDad-Node : no\n\u2028: trailer`);
    await git(places.directory, "branch", "--force", "run/run1", odd);
    const expected = { commit: odd, subject: "Odd ü", trailers: {}, author: { name: "", email: "" } };
    expect((await repository.log(odd, { from: commit }))[0]).toMatchObject(expected);
    expect((await listed())[0]).toMatchObject(expected);
    expect(await readdir(places.root)).not.toContain("executed");

    // The control: plain git starts it.
    await promisify(execFile)("git", ["-C", places.directory, "log", "-1", odd]).catch(() => "");
    expect(await readdir(places.root)).toContain("executed");
  });

  it("tells of an empty repository that there is nothing", async () => {
    expect(await listed()).toEqual([]);
  });
});
