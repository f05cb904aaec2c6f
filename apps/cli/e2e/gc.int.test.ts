import { mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { GcReport, TrashReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { shellAgent } from "./agents.ts";
import { type TestProject, testProject } from "./project.ts";

/** Two runs with contents of their own, one of which is deleted. */
async function projectWithGarbage(): Promise<TestProject> {
  const agentOf = (letter: string) => shellAgent(`head -c 50000 /dev/zero | tr '\\0' ${letter}`);
  const project = await testProject({ "kept.ts": agentOf("k"), "deleted.ts": agentOf("d") });
  for (const id of ["kept", "deleted"]) await project.dad("run", `${id}.ts`, "--run-id", id);
  for (const name of await blobs(project)) await utimes(project.path("runs/.dad/blobs/blobs/sha256", name), 0, 0);
  await rm(project.path("runs/deleted"), { recursive: true });
  return project;
}

const blobs = (project: TestProject) => readdir(project.path("runs/.dad/blobs/blobs/sha256"));

describe("dad gc", () => {
  it("says what it would take, takes that, puts it back, and deletes it in the end", async () => {
    await using project = await projectWithGarbage();
    const before = await blobs(project);
    const dry = await project.dad("gc", "--dry-run");
    expect({ code: dry.code, stderr: dry.stderr }).toEqual({ code: 0, stderr: "" });
    expect(dry.stdout).toMatch(/would collect 2 contents, 1 lock \(100\.1 kB\); \d+ things? stays?\n$/);
    expect(await blobs(project)).toEqual(before);

    const real = GcReport.parse(JSON.parse((await project.dad("gc", "--json")).stdout));
    const gone = real.objects.filter(({ verdict }) => verdict === "collect");
    expect(gone.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      "blob: no journal and no pin names it",
      "blob: no journal and no pin names it",
      "lock: there is no run deleted any more",
    ]);
    expect(await blobs(project)).toHaveLength(before.length - 2);
    expect((await project.dad("fsck")).code).toBe(0);

    const undone = await project.dad("gc", "--undo");
    expect(undone.stdout).toBe("put back 2 contents, 1 lock (100.1 kB)\n");
    expect(await blobs(project)).toEqual(before);
    const again = await project.dad("gc", "--run-root", "./runs");
    expect(again.stdout).toMatch(/it is in the trash gc_\w+\n {2}\S+ gc --undo puts it back\n {2}\S+ gc --purge deletes it\n$/);
    const purged = TrashReport.parse(JSON.parse((await project.dad("gc", "--purge", "--json")).stdout));
    expect(purged.items.map(({ became }) => became)).toEqual(["purged", "purged", "purged"]);
    expect((await project.dad("gc", "--undo")).stdout).toBe("the trash is empty\n");
  });

  it("says of each thing why it stays", async () => {
    await using project = await projectWithGarbage();
    const { stdout } = await project.dad("gc", "--dry-run", "--verbose");
    expect(stdout).toMatch(/^keep content \.dad\/blobs\/blobs\/sha256\/[0-9a-f]+ \(50\.0 kB\): run kept names it$/m);
    expect(stdout).toMatch(/^keep lock .*kept\.lock \(0 B\): run kept is there$/m);
  });

  it("keeps all content and fails when a journal cannot be read", async () => {
    await using project = await projectWithGarbage();
    await writeFile(project.path("runs/kept/journal.jsonl"), "damaged\n{}\n");
    const before = await blobs(project);
    const { code, stdout } = await project.dad("gc");
    expect(code).toBe(1);
    expect(stdout).toContain("run kept cannot be read, so it is not known what it names");
    expect(await blobs(project)).toEqual(before);
  });

  it("refuses what cannot go together, and a trash that is not there", async () => {
    await using project = await testProject();
    await mkdir(project.path("runs"));
    expect((await project.dad("gc", "--dry-run", "--purge")).code).toBe(2);
    expect((await project.dad("gc", "--undo", "gc_1")).code).toBe(2);
    expect((await project.dad("gc", "--run-root", "nowhere")).code).toBe(2);
  });
});
