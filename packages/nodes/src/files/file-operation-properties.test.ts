import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { contentOf, testingFolder } from "../testing-folder.ts";
import { applyFileOperations } from "./apply-file-operations.ts";
import type { FileOperation } from "./file-operation.ts";

/** Text by path; `null` is a directory. Every directory is in it. */
type Model = Map<string, string | null>;

const parentsOf = (path: string): string[] =>
  path.split("/").flatMap((_part, index, parts) => (index === 0 ? [] : [parts.slice(0, index).join("/")]));
const inside = (model: Model, path: string): [string, string | null][] => [...model].filter(([known]) => known.startsWith(`${path}/`));

/** What an operation makes of a folder: the whole of the semantics, without a disk. Throws for what cannot be done. */
function applyTo(model: Model, operation: FileOperation): void {
  const assert = (holds: boolean): void => {
    if (!holds) throw new Error("cannot be done");
  };
  const makeParents = (path: string): void => {
    for (const parent of parentsOf(path)) {
      assert(typeof model.get(parent) !== "string");
      model.set(parent, null);
    }
  };
  const remove = (path: string): void => {
    for (const [known] of inside(model, path)) model.delete(known);
    model.delete(path);
  };
  switch (operation.type) {
    case "create_file":
      assert(!model.has(operation.path) || (operation.overwrite === true && typeof model.get(operation.path) === "string"));
      makeParents(operation.path);
      model.set(operation.path, operation.content);
      break;
    case "edit_file": {
      let text = model.get(operation.path);
      for (const { find, replace } of operation.edits) {
        assert(typeof text === "string" && text.split(find).length === 2);
        text = String(text).replace(find, () => replace);
      }
      model.set(operation.path, text ?? "");
      break;
    }
    case "delete_file":
      assert(typeof model.get(operation.path) === "string");
      remove(operation.path);
      break;
    case "move_file": {
      const { path, to } = operation;
      const content = model.get(path);
      assert(content !== undefined && !model.has(to) && !`${to}/`.startsWith(`${path}/`));
      const moved = inside(model, path);
      makeParents(to);
      remove(path);
      model.set(to, content ?? null);
      for (const [known, its] of moved) model.set(to + known.slice(path.length), its);
      break;
    }
    case "create_directory":
      makeParents(`${operation.path}/x`);
      break;
    case "delete_directory":
      assert(model.get(operation.path) === null);
      remove(operation.path);
      break;
    default:
      throw new TypeError(`no model of ${operation.type}`);
  }
}

/** As `contentOf` gives it. */
function contentOfModel(model: Model): object {
  return Object.fromEntries([...model].filter(([path, content]) => content !== null || inside(model, path).length === 0));
}

const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const content = fc.constantFrom("x", "y\n", "x\ny\n", "");
const operation: fc.Arbitrary<FileOperation> = fc.oneof(
  fc.record({ type: fc.constant("create_file" as const), path, content, overwrite: fc.boolean() }),
  fc.record({
    type: fc.constant("edit_file" as const),
    path,
    edits: fc.array(fc.record({ find: fc.constantFrom("x", "y"), replace: content }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constantFrom("delete_file" as const, "create_directory" as const, "delete_directory" as const), path }),
  fc.record({ type: fc.constant("move_file" as const), path, to: path }),
);
const operations = fc.array(operation, { maxLength: 8 });

async function apply(workspace: string, given: readonly FileOperation[], mode: "all-or-nothing" | "each") {
  return runNode(applyFileOperations({ operations: given, mode }), testingContext({ workspace }).context).catch((error: unknown) => ({ error }));
}

describe("any operations on any folder", { timeout: 60_000 }, () => {
  it("one by one do what a model of a folder does, and fail where it fails", async () => {
    await fc.assert(
      fc.asyncProperty(operations, operations, async (before, given) => {
        await using folder = await testingFolder();
        const model: Model = new Map();
        const expected = [...before, ...given].map((one) => {
          const next = new Map(model);
          try {
            applyTo(next, one);
          } catch {
            return "failed";
          }
          model.clear();
          for (const [key, value] of next) model.set(key, value);
          return "done";
        });
        const output = await apply(folder.path, [...before, ...given], "each");
        expect("error" in output ? output : output.operations.map(({ status }) => status)).toEqual(expected);
        expect(await contentOf(folder.path)).toEqual(contentOfModel(model));
      }),
      { numRuns: 90 },
    );
  });

  it("together do what they do one by one, or nothing at all", async () => {
    await fc.assert(
      fc.asyncProperty(operations, operations, async (before, given) => {
        await using folder = await testingFolder();
        await apply(folder.path, before, "each");
        await using twin = await testingFolder(await contentOf(folder.path));
        const untouched = await contentOf(folder.path);
        const together = await apply(folder.path, given, "all-or-nothing");
        const alone = await apply(twin.path, given, "each");
        const all = "failed" in alone && alone.failed === 0;
        expect([!("error" in together), await contentOf(folder.path)]).toEqual([all, all ? await contentOf(twin.path) : untouched]);
      }),
      { numRuns: 90 },
    );
  });

  it("leave everything as it was when there is one that cannot be done among them", async () => {
    const impossible: FileOperation = { type: "delete_file", path: "never/there" };
    await fc.assert(
      fc.asyncProperty(operations, operations, operations, async (before, first, last) => {
        await using folder = await testingFolder();
        await apply(folder.path, before, "each");
        const untouched = await contentOf(folder.path);
        expect(await apply(folder.path, [...first, impossible, ...last], "all-or-nothing")).toHaveProperty("error");
        expect(await contentOf(folder.path)).toEqual(untouched);
      }),
      { numRuns: 50 },
    );
  });
});
