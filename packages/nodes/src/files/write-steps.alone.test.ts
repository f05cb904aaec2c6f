import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DadError } from "@dad/protocol";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { STAGE_PREFIX } from "../guarded-path.ts";
import { runNode, testingContext } from "../testing-context.ts";
import { contentOf, type FolderContent, testingFolder } from "../testing-folder.ts";
import { applyFileOperations } from "./apply-file-operations.ts";
import type { FileOperation } from "./file-operation.ts";
import type { Step } from "./plan.ts";
import { type PlannedOperation, planOperation } from "./plan-file-operations.ts";
import { plannedTree } from "./planned-tree.ts";
import { stageOf } from "./stage.ts";
import { undoInterrupted } from "./undo-steps.ts";
import { writeSteps } from "./write-steps.ts";

/** Says of each change on the disk whether it fails. */
const disk = vi.hoisted(() => ({ fails: (_call: string): boolean => false }));

vi.mock("node:fs/promises", async (original) => {
  const actual = await original<Record<string, (...args: unknown[]) => Promise<unknown>>>();
  const changing = ["chmod", "copyFile", "link", "mkdir", "mkdtemp", "rename", "rmdir", "unlink", "writeFile"];
  const wrapped = changing.map((name) => [
    name,
    async (...args: unknown[]) => {
      if (disk.fails(name)) throw Object.assign(new Error(`EIO: injected, ${name}`), { code: "EIO" });
      return actual[name]?.(...args);
    },
  ]);
  return { ...actual, ...(Object.fromEntries(wrapped) as object) };
});

beforeEach(() => {
  disk.fails = () => false;
});

const signal = new AbortController().signal;
const UNCHANGED = "Nothing was changed.";
const STAGE = ".dad_stage_test";

function write(root: string, planned: readonly PlannedOperation[]): Promise<void> {
  return writeSteps({ stage: { workspace: root, name: STAGE }, directory: ".", unchanged: UNCHANGED, signal }, planned);
}

function step(one: Step, index = 0): PlannedOperation {
  return { operation: { type: "delete_file", path: one.path }, index, steps: [one], report: {} };
}

function writing(path: string, content: string, index = 0): PlannedOperation {
  return step({ type: "write", path, content: new TextEncoder().encode(content) }, index);
}

async function plannedIn(root: string, operations: readonly FileOperation[]): Promise<readonly PlannedOperation[]> {
  const rules = { root, allowed: [""], whiteSpace: "exact" as const, room: { bytes: 1000 }, unchanged: UNCHANGED, signal };
  const plan = { ...rules, tree: plannedTree(root) };
  const planned: PlannedOperation[] = [];
  for (const [index, operation] of operations.entries()) planned.push(await planOperation(plan, { operation, index }));
  return planned;
}

const BEFORE: FolderContent = { edited: "1\n2\n", deleted: "d", "dir/deep/x": "x", moved: "m", "tree/a": "a" };
const OPERATIONS: readonly FileOperation[] = [
  { type: "create_file", path: "new/file", content: "n" },
  { type: "edit_file", path: "edited", edits: [{ find: "2", replace: "3" }] },
  { type: "edit_file", path: "edited", edits: [{ find: "1", replace: "4" }] },
  { type: "delete_file", path: "deleted" },
  { type: "create_directory", path: "deleted" },
  { type: "move_file", path: "moved", to: "deleted/moved" },
  { type: "move_file", path: "tree", to: "new/tree" },
  { type: "edit_file", path: "new/tree/a", edits: [{ find: "a", replace: "b" }] },
  { type: "delete_directory", path: "dir" },
];
const AFTER: FolderContent = { "deleted/moved": "m", edited: "4\n3\n", "new/file": "n", "new/tree/a": "b" };

/** With the changes on the disk counted, what comes of some work. */
async function counted(fails: (count: number, call: string) => boolean, work: () => Promise<void>) {
  let count = 0;
  disk.fails = (call) => fails((count += 1), call);
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason as DadError,
  );
  disk.fails = () => false;
  return { count, error };
}

/** What is in a folder but for the stage, and whether that is there. */
async function found(folder: string) {
  const content = Object.entries(await contentOf(folder));
  const isStaged = ([name]: [string, unknown]): boolean => name.startsWith(STAGE_PREFIX);
  return { stage: content.some(isStaged), content: Object.fromEntries(content.filter((entry) => !isStaged(entry))) };
}

/** What comes of the operations, and what is then in the folder. */
async function written(fails: (count: number, call: string) => boolean) {
  await using folder = await testingFolder(BEFORE);
  const planned = await plannedIn(folder.path, OPERATIONS);
  const result = await counted(fails, () => write(folder.path, planned));
  return { ...result, ...(await found(folder.path)) };
}

describe("writeSteps on a disk that fails", () => {
  it("changes all or nothing when one change fails, whichever it is, and says which", async () => {
    const { count, content } = await written(() => false);
    expect(content).toEqual(AFTER);
    const seen = new Set<string>();
    for (let bad = 1; bad <= count; bad += 1) {
      // Without a second name, a copy does.
      const result = await written((at, call) => at === bad && call !== "link");
      const nothing = /nothing was changed/i.test(result.error?.message ?? "");
      seen.add(`${result.error?.code}, ${nothing ? "nothing" : "all"}`);
      expect(result.content).toEqual(nothing ? BEFORE : AFTER);
      expect(result.stage).toBe(result.error?.code === "FILE_STAGE_LEFT");
    }
    expect([...seen].toSorted()).toEqual(["FILE_OPERATION_FAILED, nothing", "FILE_STAGE_LEFT, all", "undefined, all"]);
  });

  it("says how much is changed when it cannot be undone either, and keeps what was put aside", async () => {
    const { count } = await written(() => false);
    const left = new Set<string>();
    for (let bad = 2; bad <= count; bad += 1) {
      const { error, content, stage } = await written((at) => at >= bad);
      expect([DadError.is(error), stage]).toEqual([true, true]);
      const [, made, there] = /Of (\d+) changes before it (\d+) are made, and could not be undone/.exec(error?.message ?? "") ?? [];
      expect(made).toBe(there);
      const all = error?.code === "FILE_STAGE_LEFT" && error.message.startsWith("all changes were made");
      if (made !== undefined) left.add(JSON.stringify(content));
      expect(made === undefined ? content : undefined).toEqual(made === undefined ? (all ? AFTER : BEFORE) : undefined);
    }
    expect(left.size).toBeGreaterThan(5);
  });

  it("replaces a file also where a file cannot have two names", async () => {
    const { error, content } = await written((_count, call) => call === "link");
    expect([error, content]).toEqual([undefined, AFTER]);
  });
});

/** A process that is killed does nothing from some moment on. */
describe("writeSteps in a process that is killed", () => {
  const recover = (root: string) => undoInterrupted({ workspace: root, name: STAGE });

  it("leaves nothing half done for whoever undoes it, whenever that was, also when that one is killed, too", { timeout: 60_000 }, async () => {
    const { count } = await written(() => false);
    const seen = new Set<string>();
    for (let killed = 1; killed <= count; killed += 1) {
      for (let again = 1; ; again += 4) {
        await using folder = await testingFolder(BEFORE);
        const planned = await plannedIn(folder.path, OPERATIONS);
        await counted(
          (at) => at >= killed,
          () => write(folder.path, planned),
        );
        const { count: undone } = await counted(
          (at) => at >= again,
          () => recover(folder.path),
        );
        await recover(folder.path);
        const { content, stage } = await found(folder.path);
        const done = JSON.stringify(content) === JSON.stringify(AFTER);
        expect([stage, content]).toEqual([false, done ? AFTER : BEFORE]);
        seen.add(`${done}, ${undone > 0}`);
        if (undone < again) break;
      }
    }
    expect([...seen].toSorted()).toEqual(["false, false", "false, true", "true, true"]);
  });

  it("is undone before the same is done again", async () => {
    await using folder = await testingFolder(BEFORE);
    const planned = await plannedIn(folder.path, OPERATIONS);
    let renames = 0;
    await counted(
      (_at, call) => call === "rename" && (renames += 1) > 4,
      () => write(folder.path, planned),
    );
    const { context } = testingContext({ workspace: folder.path });
    const { name } = stageOf(folder.path, { runId: context.run.runId, path: context.path });
    renameSync(join(folder.path, STAGE), join(folder.path, name));
    expect((await found(folder.path)).content).toMatchObject({ edited: "4\n3\n", "new/file": "n", moved: "m" });
    await runNode(applyFileOperations({ operations: [...OPERATIONS] }), context);
    expect(await contentOf(folder.path)).toEqual(AFTER);
  });

  it("says so when somebody has changed since what it had written, and leaves that", async () => {
    await using folder = await testingFolder({ a: "1", b: "2" });
    const operations: readonly FileOperation[] = [
      { type: "edit_file", path: "a", edits: [{ find: "1", replace: "one" }] },
      { type: "edit_file", path: "b", edits: [{ find: "2", replace: "two" }] },
    ];
    const planned = await plannedIn(folder.path, operations);
    let renames = 0;
    await counted(
      (_at, call) => call === "rename" && (renames += 1) > 2,
      () => write(folder.path, planned),
    );
    expect(await found(folder.path)).toEqual({ stage: true, content: { a: "one", b: "2" } });
    writeFileSync(join(folder.path, "a"), "theirs");
    await expect(recover(folder.path)).rejects.toMatchObject({
      code: "FILE_CHANGE_LEFT",
      message: expect.stringContaining('"a" has changed since') as string,
    });
    expect((await found(folder.path)).content).toEqual({ a: "theirs", b: "2" });
  });

  it("undoes nothing that is not a change of the workspace, whoever wrote it there", async () => {
    const steps = [{ type: "move", path: "own", to: ".git/hooks/pre-commit" }];
    const kept = JSON.stringify({ format: "dad.staged-change/1", steps });
    for (const text of [kept, kept.replace(".git/", "../"), "not JSON"]) {
      await using folder = await testingFolder({ [`${STAGE}/steps.json`]: text, [`${STAGE}/begun`]: "1", ".git/hooks/pre-commit": "theirs" });
      await expect(recover(folder.path)).rejects.toMatchObject({ code: "FILE_CHANGE_LEFT" });
      expect((await found(folder.path)).content).toEqual({ ".git/hooks/pre-commit": "theirs" });
    }
  });
});

/** Only Linux has paths that lead to what is open; elsewhere a moment remains. */
const MOMENTS: readonly [string, FileOperation][] =
  process.platform !== "linux"
    ? []
    : [
        ["rename", { type: "create_file", path: "d/new", content: "evil" }],
        ["rename", { type: "edit_file", path: "d/x", edits: [{ find: "x", replace: "evil" }] }],
        ["link", { type: "edit_file", path: "d/x", edits: [{ find: "x", replace: "evil" }] }],
        ["rename", { type: "move_file", path: "d/x", to: "mine" }],
        ["rename", { type: "move_file", path: "own", to: "d/own" }],
        ["rename", { type: "delete_file", path: "d/x" }],
        ["rename", { type: "delete_directory", path: "d/deep" }],
        ["mkdir", { type: "create_directory", path: "d/made" }],
        ["unlink", { type: "delete_directory", path: "d/deep" }],
      ];

describe("writeSteps", () => {
  it("writes nothing for operations that change nothing", async () => {
    await using folder = await testingFolder({ a: "a" });
    disk.fails = () => true;
    const planned = await plannedIn(folder.path, [{ type: "read_file", path: "a" }]);
    await expect(write(folder.path, planned)).resolves.toBeUndefined();
  });

  it("changes nothing when somebody else changed, made or removed a file since the plan was made", async () => {
    const operations: readonly FileOperation[] = [
      { type: "create_file", path: "first", content: "1" },
      { type: "edit_file", path: "edited", edits: [{ find: "2", replace: "3" }] },
      { type: "delete_file", path: "deleted" },
      { type: "create_file", path: "new", content: "n" },
      { type: "move_file", path: "moved", to: "to" },
    ];
    for (const name of ["edited", "deleted", "new", "to"]) {
      await using folder = await testingFolder(BEFORE);
      const planned = await plannedIn(folder.path, operations);
      writeFileSync(join(folder.path, name), "theirs");
      const failure = write(folder.path, planned);
      await expect(failure).rejects.toThrow(`"${name}" has changed since it was looked at. Nothing was changed.`);
      expect(await contentOf(folder.path)).toEqual({ ...BEFORE, [name]: "theirs" });
    }
  });

  it("brings back what somebody changed in a directory since the plan was made to move or delete it", async () => {
    const operations: readonly FileOperation[] = [
      { type: "delete_directory", path: "dir" },
      { type: "move_file", path: "dir", to: "to" },
      { type: "move_file", path: "moved", to: "to" },
    ];
    for (const operation of operations) {
      await using folder = await testingFolder(BEFORE);
      const planned = await plannedIn(folder.path, [operation]);
      writeFileSync(join(folder.path, "dir/deep/x"), "theirs");
      writeFileSync(join(folder.path, "moved"), "theirs");
      await expect(write(folder.path, planned)).rejects.toThrow("has changed since it was looked at. Nothing was changed.");
      expect(await contentOf(folder.path)).toEqual({ ...BEFORE, "dir/deep/x": "theirs", moved: "theirs" });
    }
  });

  it("brings back what somebody wrote into a file in the very moment in which it is replaced", async () => {
    for (const moment of ["link", "rename"]) {
      await using folder = await testingFolder({ a: "1" });
      const planned = await plannedIn(folder.path, [{ type: "edit_file", path: "a", edits: [{ find: "1", replace: "2" }] }]);
      let calls = 0;
      disk.fails = (call) => {
        // The first rename is that of the list of steps.
        if (call === moment && (calls += 1) === (moment === "link" ? 1 : 2)) writeFileSync(join(folder.path, "a"), "theirs");
        return false;
      };
      await expect(write(folder.path, planned)).rejects.toThrow('"a" has changed since it was looked at. Nothing was changed.');
      expect(await contentOf(folder.path)).toEqual({ a: "theirs" });
    }
  });

  it("does not go through a link that was put there since the plan was made", async () => {
    await using outside = await testingFolder({ x: "secret" });
    await using folder = await testingFolder({ own: "own", d: { link: outside.path } });
    const behind: PlannedOperation[] = [
      writing("d/new", "evil"),
      step({ type: "remove", path: "d/x" }),
      step({ type: "move", path: "own", to: "d/own" }),
      step({ type: "move", path: "d/x", to: "mine" }),
      step({ type: "make_directory", path: "d/y" }),
    ];
    for (const operation of behind) await expect(write(folder.path, [operation])).rejects.toThrow(/has become a (link|way to another place)/);
    expect([await contentOf(outside.path), await readFile(join(folder.path, "own"), "utf8")]).toEqual([{ x: "secret" }, "own"]);
  });

  it.each(MOMENTS)("changes nothing outside when a directory becomes a link in the very moment of its %s (%j, D-59)", async (moment, operation) => {
    const inside = { x: "x", "deep/y": "y" };
    await using outside = await testingFolder(inside);
    await using folder = await testingFolder({ "d/x": "x", "d/deep/y": "y", own: "own" });
    const planned = await plannedIn(folder.path, [operation]);
    const swapped: string[] = [];
    disk.fails = (call) => {
      if (call !== moment || swapped.length > 0) return false;
      // For `unlink` what is swapped has been put aside: it is in the directory of what is being removed.
      const victim = moment === "unlink" ? join(folder.path, STAGE, "0-old") : join(folder.path, "d");
      renameSync(victim, join(folder.path, "aside"));
      symlinkSync(moment === "unlink" ? join(outside.path, "deep") : outside.path, victim);
      swapped.push(victim);
      return false;
    };
    await Promise.allSettled([write(folder.path, planned)]);
    expect(swapped).toHaveLength(1);
    expect(await contentOf(outside.path)).toEqual(inside);
  });

  it("puts nothing in a root that has become a link", async () => {
    await using outside = await testingFolder({ x: "secret" });
    await using folder = await testingFolder({ "root/a": "a" });
    const root = join(folder.path, "root");
    const planned = await plannedIn(root, [{ type: "create_file", path: "b", content: "b" }]);
    rmSync(root, { recursive: true });
    symlinkSync(outside.path, root);
    await expect(write(root, planned)).rejects.toThrow(/has become a (link|way to another place)/);
    expect(await contentOf(outside.path)).toEqual({ x: "secret" });
  });

  it("replaces a link in the place of a file, and not what it points to", async () => {
    await using outside = await testingFolder({ x: "secret" });
    await using folder = await testingFolder({ f: { link: `${outside.path}/x` } });
    await write(folder.path, [writing("f", "mine")]);
    expect([await contentOf(folder.path), await contentOf(outside.path)]).toEqual([{ f: "mine" }, { x: "secret" }]);
  });
});
