import type { ArtifactDraft, RecordSettings } from "@dad/agent";
import type { ArtifactEntry, Json, NodePath } from "@dad/protocol";
import type { ArtifactToKeep, RunContext } from "@dad/run-context";
import { ArtifactExistsError } from "./errors.ts";
import { inOnePlace, placesOf } from "./record-places.ts";

/** What is kept of one attempt of a node, each where and how its record settings say. */
export interface NodeRecords {
  /** What is kept so far. */
  readonly artifacts: readonly ArtifactEntry[];
  /** Keeps what an attempt was told, or gave. */
  keep(name: "input" | "outcome", data: Json): Promise<void>;
  /** Keeps how it ended. */
  keepResult(data: Json): Promise<ArtifactEntry>;
  /** Keeps what the node records, and shows it. Gives `undefined` for what is not to be kept. @throws `ARTIFACT_EXISTS`, `ARTIFACT_REFUSED`. */
  add(draft: ArtifactDraft): Promise<ArtifactEntry | undefined>;
}

/** What the runner itself keeps of an attempt. */
type OwnName = "input" | "outcome" | "result";
const OWN_NAMES: ReadonlySet<string> = new Set(["input", "outcome", "result"] satisfies OwnName[]);

export function nodeRecords(run: Pick<RunContext, "keep" | "show">, node: NodePath, record: RecordSettings): NodeRecords {
  const artifacts: ArtifactEntry[] = [];
  const places = placesOf(node, record);
  const own = [places.input, places.outcome, places.result];

  async function keepDraft(draft: ArtifactDraft): Promise<ArtifactEntry> {
    if (draft.name !== "state") return run.keep({ ...draft, node, directory: places.files });
    const { mediaType: _ofItsFormat, ...rest } = draft;
    const format = record.state?.format;
    const written = format === undefined ? draft : { ...rest, format };
    return run.keep({ ...written, node, ...(places.state === undefined ? {} : { path: places.state }) });
  }

  async function keepOwn(own: Omit<ArtifactToKeep, "name"> & { readonly name: OwnName }): Promise<ArtifactEntry> {
    const entry = await run.keep({ ...own, node, path: places[own.name] });
    artifacts.push(entry);
    return entry;
  }

  return {
    artifacts,
    async keep(name, data) {
      const { enabled: shown = true, format = "json" } = record[name] ?? {};
      if (shown || name !== "input") await keepOwn({ name, data, format, shown });
    },
    keepResult: (data) => keepOwn({ name: "result", data, format: "json", shown: record.result?.enabled ?? true }),
    async add(draft) {
      const setting = draft.name === "state" ? record.state : record.files;
      if (setting?.enabled === false) return undefined;
      const entry = await keepDraft(draft);
      const { name, path } = entry;
      const taken =
        OWN_NAMES.has(name) ||
        own.some((place) => inOnePlace(place, path)) ||
        artifacts.some((other) => other.name === name || inOnePlace(other.path, path));
      if (taken) throw new ArtifactExistsError(node, name, path);
      artifacts.push(entry);
      // Shown at once: when the attempt never ends, this is what there is to look at.
      await run.show([entry]);
      return entry;
    },
  };
}
