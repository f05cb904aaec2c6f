import { basename, join, resolve } from "node:path";
import type { ArtifactStore } from "@dad/artifacts";
import { diskArtifactStore } from "@dad/artifacts/disk";
import type { Inbox } from "@dad/events";
import { diskInbox } from "@dad/events/disk";
import type { IsolationAdapter } from "@dad/isolation";
import type { JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import type { GitOutcomeRepository } from "@dad/outcome-git";
import { type Durability, ProjectName } from "@dad/protocol";
import type { RunWorkspaces } from "@dad/run-context";
import type { RunIndex } from "@dad/run-index";
import { sqliteRunIndex } from "@dad/run-index/sqlite";
import { type KnownSecret, secretsIn } from "@dad/secrets";
import { diskWorkspaces } from "./disk-workspaces.ts";
import { localIsolation } from "./local-isolation.ts";
import { assertGit, type LocalOutcomeOptions, localOutcomes } from "./local-outcomes.ts";

export interface LocalStoreOptions {
  /** The directory of the project. Default: the working directory. */
  readonly projectRoot?: string;
  /** Where the runs of the project are kept. Default: `runs` in the project. */
  readonly runRoot?: string;
  /** Names the repository that holds the outcomes: a `ProjectName`. Default: the name of the project's directory. */
  readonly project?: string;
  /** The environment of the host: git is searched in its `PATH`, and what commands see is chosen from it. Default: the usual directories, and next to nothing. */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /** Directory whose files every run starts from. Default: nothing, and in an outcome a README. */
  readonly workspace?: string;
  readonly outcome?: LocalOutcomeOptions;
  /**
   * What is promised of what a run has recorded: `strict`, it outlives a power loss; `relaxed`, it outlives the process, and
   * nothing waits for the disk. Default `strict`.
   */
  readonly durability?: Exclude<Durability, "memory">;
}

/** Where the runs of a project are kept on this machine. Shared by all of them, and by whoever reads them. */
export interface LocalStore extends AsyncDisposable {
  readonly projectRoot: string;
  readonly runRoot: string;
  /** Names the repository that holds the outcomes. */
  readonly project: string;
  readonly journals: JournalStore;
  readonly artifacts: ArtifactStore;
  /** Through which others answer what runs ask, and tell them something. */
  readonly inbox: Inbox;
  /** What is known of the runs without reading their journals, where this runtime has SQLite. */
  readonly index: RunIndex | undefined;
  readonly outcomes: GitOutcomeRepository;
  /** In which runs with an outcome work, each in the directory that is called like it, as long as somebody works on the run. */
  readonly workDirectory: string;
  /** Where runs work that have no outcome. */
  readonly workspaces: RunWorkspaces;
  /** Those in the environment of the host (default: that of the store) whose values get into nothing that is written. */
  secrets(hostEnv?: LocalStoreOptions["hostEnv"]): readonly KnownSecret[];
  /** Where commands run: what it finds out of this machine, it finds out once for all runs. */
  readonly isolation: IsolationAdapter;
  /** Looks whether there is what outcomes need. @throws `GIT_UNAVAILABLE`. */
  assertOutcomes(): Promise<void>;
}

/** Touches no disk until something is read or written. @throws TypeError for a project whose name is none. */
export function localStore(options: LocalStoreOptions = {}): LocalStore {
  const projectRoot = resolve(options.projectRoot ?? ".");
  const runRoot = resolve(projectRoot, options.runRoot ?? "runs");
  const project = projectName(options.project, projectRoot);
  const durability = options.durability ?? "strict";
  const artifacts = diskArtifactStore({ root: join(runRoot, ".dad", "blobs"), durability });
  const { workspace, hostEnv } = options;
  const workDirectory = join(runRoot, ".dad", "work");
  const outcomes = localOutcomes({ projectRoot, runRoot, workDirectory, project, workspace, artifacts, hostEnv }, options.outcome ?? {});
  return {
    projectRoot,
    runRoot,
    project,
    journals: diskJournalStore({ root: runRoot, durability }),
    artifacts,
    inbox: diskInbox({ root: runRoot, durability }),
    index: sqliteRunIndex({ file: join(runRoot, ".dad", "index.sqlite") }),
    outcomes,
    workDirectory,
    workspaces: diskWorkspaces({ runRoot, ...(workspace === undefined ? {} : { seed: resolve(projectRoot, workspace) }) }),
    secrets: (env = hostEnv ?? {}) => secretsIn(env, options.outcome?.secrets),
    isolation: localIsolation({ runRoot, ...(hostEnv ? { hostEnv } : {}) }),
    assertOutcomes: onceItWorks(() => assertGit(hostEnv)),
    async [Symbol.asyncDispose]() {
      await outcomes[Symbol.asyncDispose]();
      await artifacts[Symbol.asyncDispose]();
    },
  };
}

/** Once for all who ask. After a failure the next one tries again. */
function onceItWorks(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () =>
    (done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    }));
}

function projectName(given: string | undefined, projectRoot: string): ProjectName {
  const name = given ?? basename(projectRoot).replaceAll(/[^A-Za-z0-9._-]/g, "-");
  const parsed = ProjectName.safeParse(name);
  if (parsed.success) return parsed.data;
  if (given !== undefined) throw new TypeError(`${JSON.stringify(given)} is not the name of a project: ${parsed.error.issues[0]?.message}`);
  return ProjectName.parse("project");
}
