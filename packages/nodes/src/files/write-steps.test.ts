import { expect, it } from "vitest";
import type { PlannedOperation } from "./plan-file-operations.ts";
import { contentOf, testingFolder } from "../testing-folder.ts";
import { writeSteps } from "./write-steps.ts";

const signal = new AbortController().signal;

function writing(path: string, content: string): PlannedOperation {
  return { operation: { type: "create_file", path, content }, steps: [{ type: "write", path, content: new TextEncoder().encode(content) }] };
}

it("says what was done when a change fails on the way, and leaves nothing of its own behind", async () => {
  await using folder = await testingFolder();
  const planned: PlannedOperation[] = [
    writing("a", "a"),
    { operation: { type: "delete_file", path: "gone" }, steps: [{ type: "remove", path: "gone" }] },
    writing("b", "b"),
  ];
  const failure = writeSteps(folder.path, planned, signal);
  await expect(failure).rejects.toMatchObject({ code: "FILE_OPERATION_FAILED", details: { index: 1, type: "delete_file", path: "gone" } });
  await expect(failure).rejects.toThrow("ENOENT");
  await expect(failure).rejects.toThrow("1 of 3 changes were made before.");
  expect(await contentOf(folder.path)).toEqual({ a: "a" });
});

it("does not go through a link that was put there since the plan was made", async () => {
  await using outside = await testingFolder({ x: "secret" });
  await using folder = await testingFolder({ own: "own", d: { link: outside.path } });
  const behind: PlannedOperation[] = [
    writing("d/new", "evil"),
    { operation: { type: "delete_file", path: "d/x" }, steps: [{ type: "remove", path: "d/x" }] },
    { operation: { type: "move_file", path: "own", to: "d/own" }, steps: [{ type: "move", path: "own", to: "d/own" }] },
    { operation: { type: "delete_directory", path: "d/x" }, steps: [{ type: "remove_directory", path: "d/x" }] },
    { operation: { type: "create_directory", path: "d/y" }, steps: [{ type: "make_directory", path: "d/y" }] },
  ];
  for (const operation of behind)
    await expect(writeSteps(folder.path, [operation], signal)).rejects.toThrow("has become something else than a directory");
  expect(await contentOf(outside.path)).toEqual({ x: "secret" });
});

it("replaces a link in the place of a file, and not what it points to", async () => {
  await using outside = await testingFolder({ x: "secret" });
  await using folder = await testingFolder({ f: { link: `${outside.path}/x` } });
  await writeSteps(folder.path, [writing("f", "mine")], signal);
  expect([await contentOf(folder.path), await contentOf(outside.path)]).toEqual([{ f: "mine" }, { x: "secret" }]);
});
