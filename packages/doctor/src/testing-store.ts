import { type ArtifactStore, type ArtifactView, inlineContent } from "@dad/artifacts";
import type { Journal, JournalStore } from "@dad/journal";
import { ArtifactEntry, type EventDraft, ExecutionId, NO_USAGE, NodePath, RelativePath, RunId, type StoreRepair } from "@dad/protocol";
import { documentText, manifestOf, readRun, withoutData } from "@dad/run-context";
import type { MaintainedStore, RunFiles } from "./maintained-store.ts";

// For the tests of this package only.

/** A view that a test can look at: that of `@dad/artifacts/memory`. */
interface ViewInMemory extends ArtifactView {
  read(path: string): Uint8Array | undefined;
  text(path: string): string | undefined;
  paths(): readonly string[];
}

interface ForgetfulView extends ViewInMemory {
  /** As if the file had been deleted. */
  forget(path: string): void;
}

/** A store whose parts a test can reach. */
export interface StoreInMemory extends MaintainedStore {
  readonly recorded: StoreRepair[];
  readonly views: Map<RunId, ForgetfulView>;
}

/** What the store of a test is made of. */
export interface MemoryAdapters {
  readonly journals: JournalStore;
  readonly artifacts: ArtifactStore;
  readonly openView: () => ViewInMemory;
}

export function storeInMemory({ journals, artifacts, openView }: MemoryAdapters): StoreInMemory {
  const views: StoreInMemory["views"] = new Map();
  const recorded: StoreRepair[] = [];
  const viewOf = (runId: RunId) => {
    const known = views.get(runId) ?? forgetful(openView());
    views.set(runId, known);
    return known;
  };
  return {
    journals,
    artifacts,
    views,
    recorded,
    face: (runId) => ({ view: viewOf(runId), files: filesOf(viewOf(runId)) }),
    recordRepair: async (repair) => void recorded.push(repair),
  };
}

function forgetful(view: ViewInMemory): ForgetfulView {
  const gone = new Set<string>();
  return {
    ...view,
    async place(path, ...rest) {
      await view.place(path, ...rest);
      gone.delete(path);
    },
    async write(path, ...rest) {
      await view.write(path, ...rest);
      gone.delete(path);
    },
    paths: () => view.paths().filter((path) => !gone.has(path)),
    forget: (path) => void gone.add(path),
  };
}

function filesOf(view: ViewInMemory): RunFiles {
  return {
    async *list() {
      yield* view.paths();
    },
    async read(path) {
      const bytes = view.paths().includes(path) ? view.read(path) : undefined;
      return bytes && { size: bytes.byteLength, body: pieces(bytes) };
    },
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

export const id = (name: string): RunId => RunId.parse(name);
const NODE = NodePath.parse("only.step");

export interface MadeRun {
  /** Of the nodes of the run, by the names of their files. Those that begin with `small` travel in the journal. */
  readonly texts?: Readonly<Record<string, string>>;
  /** What happens at the end. Default: it completes. */
  readonly end?: readonly EventDraft[];
}

/** A run as it is when it is over, or was left. */
export async function makeRun(store: MaintainedStore, runId: RunId, made: MadeRun = {}): Promise<ArtifactEntry[]> {
  await using journal = await store.journals.create(runId);
  return await fillRun(store, journal, made);
}

export async function fillRun(
  store: MaintainedStore,
  journal: Journal,
  { texts = { large: "large", small: "small" }, end }: MadeRun,
): Promise<ArtifactEntry[]> {
  const { runId } = journal;
  await journal.append({ type: "run.started", executionId: ExecutionId.parse(crypto.randomUUID()), rootComponentId: "only" });
  await journal.append({ type: "node.started", path: NODE, attempt: 1, nodeType: "test" });
  const artifacts = await Promise.all(Object.entries(texts).map(async ([name, text]) => entryOf(store, name, text)));
  await journal.append({ type: "node.completed", path: NODE, attempt: 1, decision: "executed", durationMs: 1, artifacts });
  for (const draft of end ?? [{ type: "run.completed" as const, usage: NO_USAGE }]) await journal.append(draft);
  const { view } = store.face!(runId);
  for (const entry of artifacts) await view.place(entry.path, entry);
  await view.write(RelativePath.parse("run.json"), documentText(manifestOf(await readRun(store.journals, runId, { runRoot: "" }))));
  return artifacts;
}

/** A run that has reused all that another one made. None of its files are there but `run.json`. */
export async function makeRerun(store: MaintainedStore, runId: RunId, { of, artifacts }: { of: RunId; artifacts: readonly ArtifactEntry[] }) {
  await using journal = await store.journals.create(runId);
  await journal.append({ type: "run.started", executionId: ExecutionId.parse(crypto.randomUUID()), rootComponentId: "only", rerun: { of } });
  const reused = { path: NODE, attempt: 1, durationMs: 0, artifacts: withoutData(artifacts), origin: { runId: of, seq: 3, attempt: 1 } };
  await journal.append({ type: "node.completed", decision: "reused", ...reused });
  await journal.append({ type: "run.completed", usage: NO_USAGE });
  const { view } = store.face!(runId);
  await view.write(RelativePath.parse("run.json"), documentText(manifestOf(await readRun(store.journals, runId, { runRoot: "" }))));
}

async function entryOf({ artifacts }: MaintainedStore, name: string, text: string): Promise<ArtifactEntry> {
  const content = name.startsWith("small") ? inlineContent(text, "text/plain") : await artifacts.put(text, { mediaType: "text/plain" });
  return ArtifactEntry.parse({ ...content, name, path: `only/step/files/${name}.txt` });
}

/** The same store with another member, wherever it is read. */
export function withJournals(store: MaintainedStore, journals: Partial<JournalStore>): MaintainedStore {
  return { ...store, journals: { ...store.journals, ...journals } };
}
