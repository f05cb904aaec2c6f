import { mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";

const BEFORE = [
  textFile("changed.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"),
  textFile("windows.txt", "one\r\ntwo\r\nthree"),
  textFile("with space/ü [x].md", "# Title\n"),
  textFile("tool", "#!/bin/sh\n"),
  textFile("emptied", "full\n"),
  textFile("-rf", ""),
];
const AFTER = [
  textFile("changed.txt", "0\n1\n2\n3\n4\n5\n6\n8\n9\n10\n11\n12\nlast"),
  textFile("windows.txt", "one\r\n2\r\nthree\r\n"),
  textFile("with space/ü [x].md", "# Title\n\ntext\n"),
  { ...textFile("tool", "#!/bin/sh\n"), executable: true },
  textFile("emptied", ""),
  textFile("-rf", "-rf"),
  textFile("new/--help", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n"),
  textFile('"quoted"', "q"),
  textFile("new/empty", ""),
];

let places: Places;
beforeEach(async () => {
  places = await openPlaces(BEFORE);
});
afterEach(async () => places[Symbol.asyncDispose]());

async function patchOf(repository: OutcomeRepository): Promise<string> {
  await using run = await repository.open(RunId.parse("run1"));
  for (const file of AFTER) await run.write(file);
  return await repository.patch((await run.commit({ subject: "x" })).commit);
}

/** Lets git apply a patch to the files from before, and answers what became of those from after. */
async function applied(patch: string): Promise<OutcomeFile[]> {
  const root = await mkdtemp(join(places.root, "applied-"));
  await git(root, "init", "--quiet");
  for (const { path, content } of BEFORE) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await writeFile(join(places.root, "the.patch"), patch);
  await git(root, "apply", "--whitespace=nowarn", join(places.root, "the.patch"));
  return Promise.all(
    AFTER.map(async ({ path }) => {
      const { mode } = await stat(join(root, path));
      return { path, content: new Uint8Array(await readFile(join(root, path))), executable: (mode & 0o100) !== 0 };
    }),
  );
}

describe("a patch", () => {
  it("is one that git applies", async () => {
    await using repository = gitOutcomeRepository(places);
    expect(await applied(await patchOf(repository))).toEqual(AFTER);
  });

  it("is one that git applies, also of a repository in memory", async () => {
    await using repository = memoryOutcomeRepository({ base: BEFORE });
    expect(await applied(await patchOf(repository))).toEqual(AFTER);
  });
});
