import { realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import { type Watch, watchAttempts } from "./watched-engine.ts";
import { type Files, filesToStartFrom } from "./workspace-files.ts";

/** What the one run of a test leaves, from its beginning until the test is forgotten. In memory, but for the workspace while the run goes on. */
export interface Stage {
  /** A directory of its own, which is there only while the run goes on. */
  readonly root: string;
  readonly runRoot: string;
  readonly journals: ReturnType<typeof memoryJournalStore>;
  readonly artifacts: ReturnType<typeof memoryArtifactStore>;
  readonly outcomes: ReturnType<typeof memoryOutcomeRepository>;
  readonly watch: Watch;
}

export async function openStage(files: Files | URL): Promise<Stage> {
  const root = join(await realpath(tmpdir()), `dad-test-${crypto.randomUUID()}`);
  return {
    root,
    runRoot: join(root, "runs"),
    journals: memoryJournalStore(),
    artifacts: memoryArtifactStore(),
    outcomes: memoryOutcomeRepository({ base: await filesToStartFrom(files), workDirectory: join(root, "work") }),
    watch: watchAttempts(),
  };
}

/** Takes away at the end what the work may have left on the disk. */
export async function onDisk<Result>({ root }: Stage, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
