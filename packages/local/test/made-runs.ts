import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inlineContent } from "@dad/artifacts";
import { localPorts, type LocalStore, localStore } from "@dad/local";
import { ArtifactEntry, type Descriptor, NodePath, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { withRun } from "@dad/run-context";

export const NODE = NodePath.parse("only.step");
export const id = (name: string): RunId => RunId.parse(name);

export interface MadeRun {
  readonly runId: string;
  /** Becomes a content of its own. */
  readonly large: string;
  /** Without one, the run has no outcome. */
  readonly outcome?: boolean;
  /** Called when the content is stored, and before anything names it. */
  readonly beforeRecord?: () => Promise<void>;
}

/** What is not small enough to travel in the journal. */
export function large(text: string): string {
  return `${text}\n`.repeat(Math.ceil(20_000 / (text.length + 1)));
}

/** A run of one node with a large and a small artifact, and a file in its outcome. */
export async function makeRun(store: LocalStore, made: MadeRun): Promise<readonly ArtifactEntry[]> {
  const resources = staticResourceRegistry({ profiles: { default: {} } }).profile();
  const ports = localPorts(store, { resources });
  const { result } = await withRun(
    {
      rootComponentId: "only",
      projectRoot: store.projectRoot,
      runRoot: store.runRoot,
      runId: made.runId,
      ports: (env, own) => {
        const { outcomes, ...others } = ports(env, own);
        return made.outcome && outcomes ? { ...others, outcomes } : others;
      },
    },
    async (run) => {
      await run.record({ type: "node.started", path: NODE, attempt: 1, nodeType: "test", effect: "pure" });
      const artifacts = [
        named("large", await run.ports.artifacts.put(made.large, { mediaType: "text/plain" })),
        named("small", inlineContent(`small of ${made.runId}`, "text/plain")),
      ];
      await made.beforeRecord?.();
      await run.record({ type: "node.completed", path: NODE, attempt: 1, decision: "executed", durationMs: 1, artifacts });
      await run.show(artifacts);
      await run.outcome?.write({ path: "result.txt", content: Buffer.from(made.runId), executable: false });
      return artifacts;
    },
  );
  return result;
}

function named(name: string, content: Descriptor): ArtifactEntry {
  return ArtifactEntry.parse({ ...content, name, path: `only/step/files/${name}.txt` });
}

export async function makeRuns(projectRoot: string, runs: readonly MadeRun[]): Promise<readonly (readonly ArtifactEntry[])[]> {
  await using store = localStore({ projectRoot, durability: "relaxed", hostEnv: process.env });
  const made: (readonly ArtifactEntry[])[] = [];
  for (const run of runs) made.push(await makeRun(store, run));
  return made;
}

/** One bit, in the middle of a file or at a place. */
export async function flipBit(path: string, place?: number): Promise<void> {
  const bytes = await readFile(path);
  const at = place ?? Math.floor(bytes.length / 2);
  bytes[at]! ^= 2;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

export function blobPath(runRoot: string, { digest }: ArtifactEntry): string {
  return join(runRoot, ".dad", "blobs", "blobs", "sha256", digest.slice("sha256:".length));
}
