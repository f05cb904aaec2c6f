import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localPorts, localStore } from "@dad/local";
import { staticResourceRegistry } from "@dad/resources/static";
import { withRun } from "@dad/run-context";
import { afterEach, beforeEach, expect, it } from "vitest";

let projectRoot: string;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad contained "));
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

it("contains a run that has no outcome in its own directory, beside its record, which it cannot change or read", async () => {
  await using store = localStore({ projectRoot, hostEnv: process.env, durability: "relaxed" });
  const ports = localPorts(store, { resources: staticResourceRegistry({ profiles: { default: {} } }).profile(), outcome: false });
  const { run, result } = await withRun({ rootComponentId: "only", projectRoot, ports }, async (opened) => {
    await using execution = await opened.isolate({ policy: { preset: "contained" } });
    return await execution.exec({ argv: ["sh", "-c", "echo mine >own.txt; echo x >>../journal.jsonl; cat ../journal.jsonl; true"] });
  });
  const journal = await readFile(join(run.runDir, "journal.jsonl"), "utf8");
  expect(
    journal
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type),
  ).toEqual(["run.started", "trace.updated", "workspace.opened", "isolation.opened", "run.completed"]);
  expect(result.stdout.toString()).not.toContain("run.started");
  expect(await readFile(join(run.runDir, "workspace", "own.txt"), "utf8")).toBe("mine\n");
});
