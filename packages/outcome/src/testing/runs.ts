import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { BASE, codesOf, file, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const RUNS = 20;
const id = (name: string): RunId => RunId.parse(name);

export function describeRuns({ repository }: Subject): void {
  describe("runs", () => {
    it("starts a run with the content of the base, byte by byte", async () => {
      await using run = await repository().open(id("run1"));
      expect(run).toMatchObject({ runId: "run1", branch: "run/run1" });
      expect(await readAgain(run, BASE)).toEqual(BASE);
    });

    it("gives a run a directory of its own, if it claims to", async () => {
      await using one = await repository().open(id("run1"));
      await using two = await repository().open(id("run1.two"));
      const places = [one, two].map(({ directory }) => directory).filter((directory) => directory !== undefined);
      expect(new Set(places).size).toBe(repository().capabilities.directory ? 2 : 0);
      expect(places.every(isAbsolute)).toBe(true);
      expect(await Promise.all(places.map((place) => readFile(join(place, "README.md"), "utf8")))).toEqual(places.map(() => "# Base\n"));
    });

    it("keeps twenty runs at once apart, each with exactly its own files", async () => {
      const ids = Array.from({ length: RUNS }, (_, index) => id(`run${index}`));
      const refs = await Promise.all(
        ids.map(async (runId) => {
          await using run = await repository().open(runId);
          await run.write(file(`own/${runId}.txt`, runId));
          await run.write(file("README.md", `by ${runId}`));
          return await run.commit({ subject: runId });
        }),
      );
      for (const [index, ref] of refs.entries()) {
        expect(ref.branch).toBe(`run/run${index}`);
        expect(await repository().find(id(`run${index}`))).toMatchObject(ref);
        expect(await repository().changes(ref.commit)).toEqual([
          { path: "README.md", kind: "modified" },
          { path: `own/run${index}.txt`, kind: "added" },
        ]);
      }
    });

    it("never shows one run the files of another", async () => {
      await using one = await repository().open(id("run1"));
      await using two = await repository().open(id("run2"));
      await one.write(file("README.md", "one"));
      await one.write(file("secret.txt", "one"));
      await one.commit({ subject: "one" });
      expect(await two.read("secret.txt")).toBeUndefined();
      expect(await readAgain(two, BASE)).toEqual(BASE);
    });

    it("starts from a commit of another run", async () => {
      await using one = await repository().open(id("run1"));
      await one.write(file("one.txt", "1"));
      const { commit } = await one.commit({ subject: "one" });
      await one.write(file("one.txt", "later"));
      await using two = await repository().open(id("run2"), { from: commit });
      expect(await readAgain(two, [...BASE, file("one.txt", "1")])).toEqual([...BASE, file("one.txt", "1")]);
    });

    it("refuses a run that it has already, also when that one is over", async () => {
      const run = await repository().open(id("run1"));
      await expect(repository().open(id("run1"))).rejects.toMatchObject({ code: "OUTCOME_EXISTS" });
      await run.commit({ subject: "kept" });
      await run[Symbol.asyncDispose]();
      await expect(repository().open(id("run1"))).rejects.toMatchObject({ code: "OUTCOME_EXISTS", details: { runId: "run1" } });
      expect(await repository().find(id("run1"))).toBeDefined();
    });

    it("lets exactly one of many open a run", async () => {
      const results = await Promise.allSettled(Array.from({ length: 8 }, async () => repository().open(id("run1"))));
      const [winner, ...others] = results.filter((result) => result.status === "fulfilled");
      expect(others).toEqual([]);
      expect(results.filter((result) => result.status === "rejected").map(({ reason }) => (reason as { code: string }).code)).toEqual(
        Array.from({ length: 7 }, () => "OUTCOME_EXISTS"),
      );
      await winner?.value.write(file("still.txt", "works"));
      await expect(winner?.value.commit({ subject: "works" })).resolves.toMatchObject({ branch: "run/run1" });
    });

    it("takes nothing but a run id for one, whatever its type says", async () => {
      for (const text of ["", "..", "../up", "a/b", "a\\b", "-rf", "--all", "a\0b", "a\nb", "A", "a.lock", "con", "x".repeat(129)]) {
        await expect(repository().open(text as RunId)).rejects.toBeInstanceOf(TypeError);
        await expect(repository().find(text as RunId)).rejects.toBeInstanceOf(TypeError);
      }
    });

    it("starts from nothing but a whole id of a commit that it has", async () => {
      await using one = await repository().open(id("run0"));
      const { commit } = await one.commit({ subject: "one" });
      const unknown = [
        "0".repeat(40),
        "f".repeat(64),
        "main",
        "HEAD",
        "",
        "run/run0",
        "--help",
        "-",
        `${commit}~1`,
        commit.slice(0, 12),
        "../x",
        "a\0b",
      ];
      const refused = unknown.map(() => "OUTCOME_COMMIT_UNKNOWN");
      expect(await codesOf(unknown.map((from) => () => repository().open(id("run1"), { from })))).toEqual(refused);
      expect(await codesOf(unknown.map((to) => () => repository().changes(to)))).toEqual(refused);
      expect(await codesOf(unknown.map((from) => () => repository().changes(commit, { from })))).toEqual(refused);
      expect(await codesOf(unknown.map((to) => () => repository().patch(to)))).toEqual(refused);
      expect(await codesOf(unknown.map((from) => () => repository().patch(commit, { from })))).toEqual(refused);
      await using two = await repository().open(id("run1"), { from: commit });
      expect(await readAgain(two, BASE)).toEqual(BASE);
    });
  });
}
