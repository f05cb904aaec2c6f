import { appendFile, chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutcomeRepository, parsePointer, type RunOutcome } from "@dad/outcome";
import { type GitOutcomeOptions, gitOutcomeRepository } from "@dad/outcome-git";
import { digestOfBytes, RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { git, openPlaces, type Places, textFile } from "./places.ts";
import { type StoreInMemory, storeInMemory } from "./store-in-memory.ts";

const id = (name: string): RunId => RunId.parse(name);
const LIMIT = 1000;
const A = "a".repeat(LIMIT + 1);
const B = "b".repeat(LIMIT + 2);
let places: Places;
let store: StoreInMemory;
let repository: OutcomeRepository;
beforeEach(async () => {
  places = await openPlaces([textFile("README.md", "base"), textFile(".gitignore", "ignored/\n")]);
  store = storeInMemory();
  repository = open();
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

const open = (capture: GitOutcomeOptions["capture"] = { large: { store, bytes: LIMIT } }): OutcomeRepository =>
  gitOutcomeRepository({ ...places, capture });
const at = (run: RunOutcome, path: string): string => join(String(run.directory), path);
const write = (run: RunOutcome, path: string, text: string) => writeFile(at(run, path), text);
const commit = (run: RunOutcome, onlyChanged = false) => run.commit({ subject: "Work", onlyChanged });
const namesIn = async (revision: string) => (await git(places.directory, "ls-tree", "-r", "--name-only", revision)).split("\n").filter(Boolean);
const contentOf = (revision: string, path: string) => git(places.directory, "cat-file", "blob", `${revision}:${path}`);
const here = async (run: RunOutcome) => (await readdir(String(run.directory))).sort();
const large = (path: string, text: string) => ({ path, mediaType: "application/octet-stream", digest: digestOfBytes(text), size: text.length });
const AS_BASE = [".gitignore", "README.md"];

/** A commit of another run that has these files. */
async function commitWith(files: Readonly<Record<string, string>>, from?: string): Promise<string> {
  await using run = await repository.open(id(`maker${Math.random().toString(36).slice(2)}`), from === undefined ? {} : { from });
  for (const [path, text] of Object.entries(files)) await write(run, path, text);
  return (await commit(run)).commit;
}

describe("a large file", () => {
  it("is a pointer in the commit, and content in the store, and stays where it is", async () => {
    await using run = await repository.open(id("run1"));
    await mkdir(at(run, "data"));
    await write(run, "data/x.bin", A);
    await chmod(at(run, "data/x.bin"), 0o755);
    await write(run, "limit", "x".repeat(LIMIT));
    const made = await commit(run);
    expect(made.large).toEqual([large("data/x.bin", A)]);
    expect(await namesIn(made.commit)).toEqual([".gitignore", "README.md", "data/x.bin.dad-artifact", "limit"]);
    const { path: _path, ...content } = large("data/x.bin", A);
    expect(parsePointer(Buffer.from(await contentOf(made.commit, "data/x.bin.dad-artifact")))).toEqual({ ...content, executable: true });
    expect(store.contents.get(digestOfBytes(A))?.toString()).toBe(A);
    expect(await readFile(at(run, "data/x.bin"), "utf8")).toBe(A);
    expect(await readdir(at(run, "data"))).toEqual(["x.bin"]);
    expect(await repository.find(id("run1"))).toEqual(made);
  });

  it("is read once, as long as it stays as it is, and is in each commit", async () => {
    await using run = await repository.open(id("run1"));
    await write(run, "x", A);
    const first = await commit(run);
    expect(await commit(run, true)).toEqual(first);
    await write(run, "small", "1");
    const second = await commit(run);
    expect(second).toMatchObject({ large: first.large, parent: first.commit });
    expect(await commit(run)).toMatchObject({ large: first.large, tree: second.tree });
    expect(await namesIn(second.commit)).toEqual([...AS_BASE, "small", "x.dad-artifact"]);
    expect(store.puts).toHaveLength(1);
  });

  it("is stored anew when it has changed, or is a program by now", async () => {
    await using run = await repository.open(id("run1"));
    await write(run, "x", A);
    const first = await commit(run);
    await write(run, "x", A.replace("a", "b"));
    expect((await commit(run, true)).large).toEqual([large("x", A.replace("a", "b"))]);
    await write(run, "x", A);
    expect(await commit(run)).toMatchObject({ tree: first.tree, large: first.large });
    await chmod(at(run, "x"), 0o755);
    const program = await commit(run, true);
    expect([program.tree === first.tree, program.large]).toEqual([false, first.large]);
  });

  it("is an ordinary file when it is small by now, and the other way round", async () => {
    await using run = await repository.open(id("run1"));
    await write(run, "x", "small");
    await commit(run);
    await write(run, "x", A);
    const grown = await commit(run);
    expect([await namesIn(grown.commit), grown.large]).toEqual([[...AS_BASE, "x.dad-artifact"], [large("x", A)]]);
    await write(run, "x", "small");
    const shrunk = await commit(run);
    expect([await namesIn(shrunk.commit), shrunk.large]).toEqual([[...AS_BASE, "x"], undefined]);
    await write(run, "x", B);
    await commit(run);
    await rm(at(run, "x"));
    const gone = await commit(run, true);
    expect([await namesIn(gone.commit), gone.large]).toEqual([AS_BASE, undefined]);
  });

  it("is what was stored, when it changes while it is read, and then it is read again", async () => {
    await using run = await repository.open(id("run1"));
    await write(run, "x", A);
    store.onPiece = async () => {
      store.onPiece = async () => {};
      await appendFile(at(run, "x"), "!");
    };
    const { large: first } = await commit(run);
    const { large: second } = await commit(run, true);
    for (const [file] of [first ?? [], second ?? []]) expect(store.contents.get(file!.digest)).toHaveLength(file!.size);
    expect(second).toEqual([large("x", await readFile(at(run, "x"), "utf8"))]);
  });

  it("is an ordinary file as long as a directory is in the place of its pointer, and is not lost", async () => {
    await using run = await repository.open(id("run1"));
    await write(run, "x", A);
    await commit(run);
    await run.write(textFile("x.dad-artifact/y", "y"));
    const made = await commit(run);
    expect(await namesIn(made.commit)).toEqual([...AS_BASE, "x", "x.dad-artifact/y"]);
    expect(await contentOf(made.commit, "x")).toBe(A);
    expect(made.large).toBeUndefined();
  });

  it("is refused when it is larger than any file may be", async () => {
    await repository[Symbol.asyncDispose]();
    repository = open({ large: { store, bytes: LIMIT }, fileBytes: LIMIT });
    await using run = await repository.open(id("run1"));
    await write(run, "x", A);
    await expect(commit(run)).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path: "x" } });
    expect(store.puts).toEqual([]);
    await rm(at(run, "x"));
  });

  it("is not stored when a secret is in it, and the commit is refused", async () => {
    await repository[Symbol.asyncDispose]();
    repository = open({ large: { store, bytes: LIMIT }, secrets: () => [{ name: "env:KEY", value: "hunter2-hunter2" }] });
    await using run = await repository.open(id("run1"));
    await write(run, "x", `${A}\nhunter2-hunter2`);
    await write(run, "y", `hunter2-hunter2\n`);
    await expect(commit(run)).rejects.toMatchObject({
      code: "OUTCOME_SECRET",
      details: { places: [{ path: "x", line: 2, secret: "env:KEY", form: "as it is" }, expect.objectContaining({ path: "y", line: 1 })] },
    });
    expect(store.puts).toEqual([]);
    for (const path of ["x", "y"]) await rm(at(run, path));
  });

  it.each(["back\\slash", "x".repeat(250), "line\nbreak"])("stays in the commit when no pointer can be called like it: %j", async (name) => {
    await using run = await repository.open(id("run1"));
    await write(run, name, A);
    const { large: listed, commit: made } = await commit(run);
    expect([listed, store.puts]).toEqual([undefined, []]);
    expect(await contentOf(made, name)).toBe(A);
  });
});

describe("a run that starts from a commit with large files", () => {
  it("has the files themselves, reads none of them again, and lists them", async () => {
    const from = await commitWith({ x: A, y: B });
    await using run = await repository.open(id("run1"), { from });
    expect(run.start.large).toEqual([large("x", A), large("y", B)]);
    expect([await readFile(at(run, "x"), "utf8"), await here(run)]).toEqual([A, [...AS_BASE, "x", "y"]]);
    expect(await commit(run, true)).toEqual(run.start);
    await write(run, "y", "small");
    expect((await commit(run)).large).toEqual([large("x", A)]);
    expect(store.puts).toHaveLength(2);
  });

  it("has the programs among them as programs", async () => {
    await using maker = await repository.open(id("maker"));
    await write(maker, "x", A);
    await chmod(at(maker, "x"), 0o755);
    const made = await commit(maker);
    await using run = await repository.open(id("run1"), { from: made.commit });
    expect((await stat(at(run, "x"))).mode & 0o100).toBe(0o100);
    expect((await commit(run)).tree).toBe(made.tree);
  });

  it.each<readonly [string, () => unknown]>([
    ["is gone", () => store.contents.delete(digestOfBytes(A))],
    ["is another one", () => store.contents.set(digestOfBytes(A), Buffer.from(B.slice(1)))],
    ["has another size", () => store.contents.set(digestOfBytes(A), Buffer.from(B))],
  ])("keeps the pointer to a file whose content %s", async (_how, lose) => {
    const from = await commitWith({ x: A });
    lose();
    await using run = await repository.open(id("run1"), { from });
    expect(await here(run)).toEqual([...AS_BASE, "x.dad-artifact"]);
    expect(await commit(run, true)).toEqual(run.start);
    await write(run, "small", "1");
    const kept = await commit(run);
    expect([await namesIn(kept.commit), kept.large]).toEqual([[...AS_BASE, "small", "x.dad-artifact"], [large("x", A)]]);
    // Whoever has it again need not know of pointers.
    await write(run, "x", "small");
    const made = await commit(run);
    expect([await namesIn(made.commit), made.large, await here(run)]).toEqual([[...AS_BASE, "small", "x"], undefined, [...AS_BASE, "small", "x"]]);
  });

  it("fails when the store does", async () => {
    const from = await commitWith({ x: A });
    const broken = new Error("no route to the store");
    store.get = () => Promise.reject(broken);
    await expect(repository.open(id("run1"), { from })).rejects.toBe(broken);
    expect(await readdir(places.workDirectory)).toEqual([]);
  });

  it("has pointers alone where nobody keeps large files, and large files in its commits", async () => {
    const from = await commitWith({ x: A });
    await using plain = open({});
    await using run = await plain.open(id("run1"), { from });
    expect(await here(run)).toEqual([...AS_BASE, "x.dad-artifact"]);
    await write(run, "y", B);
    const made = await commit(run);
    expect([await namesIn(made.commit), made.large]).toEqual([[...AS_BASE, "x.dad-artifact", "y"], [large("x", A)]]);
  });
});

describe("a pointer", () => {
  it.each(["x.dad-artifact", "x.DAD-Artifact", ".dad-artifact", "dir/x.dad-artifact"])("is written by nobody else: %j", async (path) => {
    const from = await commitWith({ x: A });
    const pointer = await contentOf(from, "x.dad-artifact");
    await using run = await repository.open(id("run1"));
    await mkdir(at(run, "dir"));
    await write(run, path, pointer);
    await expect(commit(run)).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path } });
    await rm(at(run, path));
    expect(await commit(run, true)).toEqual(run.start);
  });

  it("is changed by nobody else, beside its file and in its place", async () => {
    const from = await commitWith({ x: A, y: B });
    store.contents.delete(digestOfBytes(B));
    await using run = await repository.open(id("run1"), { from });
    for (const path of ["x.dad-artifact", "y.dad-artifact"]) {
      const before = await readFile(at(run, path)).catch(() => undefined);
      await write(run, path, "mine");
      await expect(commit(run)).rejects.toMatchObject({ code: "OUTCOME_PATH_INVALID", details: { path } });
      await (before ? writeFile(at(run, path), before) : rm(at(run, path)));
    }
    expect(await commit(run, true)).toEqual(run.start);
    await rm(at(run, "y.dad-artifact"));
    expect((await commit(run)).large).toEqual([large("x", A)]);
  });

  it("may be missing below what is ignored, and the large file stays part of the outcome", async () => {
    const from = await commitWith({ x: A });
    await using run = await repository.open(id("run1"), { from });
    await write(run, ".gitignore", "x\n*.dad-artifact\n");
    expect((await commit(run)).large).toEqual([large("x", A)]);
    await write(run, "x", B);
    expect((await commit(run)).large).toEqual([large("x", B)]);
  });
});

describe("a run that is resumed", () => {
  it("reads its large files once again, and has the same commit", async () => {
    const run = await repository.open(id("run1"));
    await write(run, "x", A);
    const made = await commit(run);
    // As if its process had been killed.
    await using other = open();
    await using resumed = await other.open(id("run1"), { resume: true });
    expect(await commit(resumed, true)).toEqual(made);
    expect(await commit(resumed, true)).toEqual(made);
    expect(store.puts).toHaveLength(2);
  });

  it("gets its large files back when its working tree is lost", async () => {
    const run = await repository.open(id("run1"));
    await write(run, "x", A);
    const made = await commit(run);
    await rm(String(run.directory), { recursive: true });
    await using other = open();
    await using resumed = await other.open(id("run1"), { resume: true });
    expect(await readFile(at(resumed, "x"), "utf8")).toBe(A);
    expect(await commit(resumed, true)).toEqual(made);
    expect(store.puts).toHaveLength(1);
  });

  it("gets back what was not committed, also large files, and those that were", async () => {
    {
      await using run = await repository.open(id("run1"));
      await write(run, "kept", A);
      await write(run, "changed", A);
      await commit(run);
      await write(run, "changed", B);
      await write(run, "forged.dad-artifact", await contentOf("run/run1", "kept.dad-artifact"));
    }
    expect(await namesIn("refs/dad/snapshots/run1")).toEqual([...AS_BASE, "changed", "forged.dad-artifact", "kept.dad-artifact"]);
    expect(store.contents.has(digestOfBytes(B))).toBe(false);
    await using resumed = await repository.open(id("run1"), { resume: true });
    expect(await here(resumed)).toEqual([...AS_BASE, "changed", "forged.dad-artifact", "kept"]);
    expect([await readFile(at(resumed, "changed"), "utf8"), await readFile(at(resumed, "kept"), "utf8")]).toEqual([B, A]);
    await rm(at(resumed, "forged.dad-artifact"));
    expect((await commit(resumed)).large).toEqual([large("changed", B), large("kept", A)]);
  });

  it("finds what was written in the place of a pointer, also when the content is back", async () => {
    const from = await commitWith({ x: A });
    store.contents.delete(digestOfBytes(A));
    {
      await using run = await repository.open(id("run1"), { from });
      await write(run, "x.dad-artifact", "mine");
    }
    store.contents.set(digestOfBytes(A), Buffer.from(A));
    await using resumed = await repository.open(id("run1"), { resume: true });
    expect([await here(resumed), await readFile(at(resumed, "x.dad-artifact"), "utf8")]).toEqual([[...AS_BASE, "x.dad-artifact"], "mine"]);
  });

  it("leaves no snapshot when it is closed without having changed anything", async () => {
    const run = await repository.open(id("run1"));
    await write(run, "x", A);
    await commit(run);
    await using other = open();
    await (await other.open(id("run1"), { resume: true }))[Symbol.asyncDispose]();
    expect(await git(places.directory, "for-each-ref", "refs/dad/snapshots")).toBe("");
    expect(store.puts).toHaveLength(1);
  });
});

describe("bringing changes of large files", () => {
  const bring = async (files: Readonly<Record<string, string>>, change: { readonly from: string; readonly to: string }) => {
    const run = await repository.open(id("run1"));
    for (const [path, text] of Object.entries(files)) await write(run, path, text);
    await run.bring(change);
    return run;
  };

  it("brings the files themselves, changes them, and takes them away", async () => {
    const from = await commitWith({ README: "1", gone: A, grown: "small", shrunk: A, changed: A });
    await using maker = await repository.open(id("maker"), { from });
    for (const [path, text] of Object.entries({ come: B, grown: B, shrunk: "small", changed: B })) await write(maker, path, text);
    await rm(at(maker, "gone"));
    const made = await commit(maker);
    await using run = await bring({ README: "1", gone: A, grown: "small", shrunk: A, changed: A }, { from, to: made.commit });
    expect(await here(run)).toEqual([...AS_BASE, "README", "changed", "come", "grown", "shrunk"].sort());
    const { tree, large: listed } = await commit(run);
    expect({ tree, large: listed }).toEqual({ tree: made.tree, large: made.large });
    expect(await readFile(at(run, "changed"), "utf8")).toBe(B);
  });

  it("is done where it is done already, and refused where the file is another one", async () => {
    const change = { from: await commitWith({ x: A }), to: await commitWith({ x: B }) };
    await using run = await bring({ x: B }, change);
    expect(await readFile(at(run, "x"), "utf8")).toBe(B);
    await write(run, "x", "mine");
    await expect(run.bring(change)).rejects.toMatchObject({ code: "OUTCOME_CONFLICT", details: { paths: ["x"] } });
    expect([await readFile(at(run, "x"), "utf8"), await here(run)]).toEqual(["mine", [...AS_BASE, "x"]]);
  });

  it("brings the pointer of a file whose content is gone, and the file once it is back", async () => {
    const change = { from: await commitWith({ x: A }), to: await commitWith({ x: B }) };
    store.contents.delete(digestOfBytes(B));
    await using run = await bring({ x: A }, change);
    expect(await here(run)).toEqual([...AS_BASE, "x.dad-artifact"]);
    await run.bring(change);
    expect((await commit(run)).large).toEqual([large("x", B)]);
    await run.bring({ from: change.to, to: change.from });
    expect([await readFile(at(run, "x"), "utf8"), await here(run)]).toEqual([A, [...AS_BASE, "x"]]);
    expect((await commit(run)).large).toEqual([large("x", A)]);
  });
});

describe("a checkout", () => {
  it("writes large files, and tells those whose content is gone", async () => {
    const made = await commitWith({ x: A, y: B });
    store.contents.delete(digestOfBytes(B));
    const directory = join(places.root, "checkout");
    expect(await repository.checkout(made, directory)).toEqual({ files: 4, missing: ["y"] });
    expect((await readdir(directory)).sort()).toEqual([...AS_BASE, "x", "y.dad-artifact"]);
    expect(await readFile(join(directory, "x"), "utf8")).toBe(A);
  });
});
