import type { OutcomeRef, RunId } from "@dad/protocol";

export interface OutcomeCapabilities {
  /** Commits are still there after the process is killed, and other processes see them. */
  readonly durable: boolean;
  /** Runs have a directory on this machine to work in: {@link RunOutcome.directory} is not `undefined`. */
  readonly directory: boolean;
}

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

export interface OpenOutcomeOptions extends AbortOptions {
  /** The commit to start from. Default: the base of the project. */
  readonly from?: string;
  /**
   * Goes on with the working tree of a run that had been opened before: as it was left when its process was killed, and else
   * as the branch has it. A run that had none yet gets one. Whoever asks is the only one who works on the run. Default `false`.
   */
  readonly resume?: boolean;
}

export interface CommitOptions extends AbortOptions {
  /** First line of the message. Line breaks become spaces. */
  readonly subject: string;
  /** Facts after the message, as git trailers: `Dad-Node`, `Dad-Attempt`, `Dad-Result`. `Dad-Run` and `Dad-Base` are always there. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** A file of a result tree: its bytes as they are, without any conversion of line ends. Devices and sockets never become part of an outcome. */
export interface OutcomeFile {
  /** Relative, with `/` between the parts. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/**
 * The result tree of one run while it works: a branch and a working tree of its own, out of every other run's reach.
 *
 * Disposal takes the working tree away, but never work: what it can keep in no other way stays where it is, and the
 * first one who disposes is told so (`OUTCOME_NOT_KEPT`). Whoever disposes again only waits until it is over.
 */
export interface RunOutcome extends AsyncDisposable {
  readonly runId: RunId;
  readonly branch: string;
  /** Absolute path of the working tree, when the adapter has one on this machine. */
  readonly directory: string | undefined;
  /** Puts a file into the working tree. `OUTCOME_PATH_INVALID` for a path that is not inside it, or that leads through a file or a link. */
  write(file: OutcomeFile): Promise<void>;
  /** A file of the working tree, or `undefined`. A link is not a file. `OUTCOME_PATH_INVALID` as for `write`. */
  read(path: string): Promise<OutcomeFile | undefined>;
  /**
   * Records the working tree as it is, also when nothing changed: every run ends in a commit of its own.
   * `OUTCOME_PATH_INVALID` for what an outcome cannot hold, for instance a link that leads out of the working tree.
   */
  commit(options: CommitOptions): Promise<OutcomeRef>;
}

export interface OutcomeChange {
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
}

/**
 * Port: the versioned result trees of the runs of a project, one branch per run. After disposal everything
 * fails with `OUTCOME_CLOSED`; what the storage refuses is `OUTCOME_FAILED`. What is not a run id is refused
 * with a `TypeError` by every method that takes one.
 *
 * Adapters: `@dad/outcome/memory`, `@dad/outcome-git`.
 */
export interface OutcomeRepository extends AsyncDisposable {
  readonly capabilities: OutcomeCapabilities;
  /** Where the repository is, for people: a directory or a URL. */
  readonly location: string;
  /** Makes the branch and the working tree of a run. `OUTCOME_EXISTS` when the run has one and is not resumed, `OUTCOME_COMMIT_UNKNOWN` for a bad `from`. */
  open(runId: RunId, options?: OpenOutcomeOptions): Promise<RunOutcome>;
  /** The newest commit of a run, or `undefined` when it has none. */
  find(runId: RunId, options?: AbortOptions): Promise<OutcomeRef | undefined>;
  /**
   * What changed up to a commit, since another one or since the base that its run started from. Sorted by path.
   * `OUTCOME_COMMIT_UNKNOWN` when there is no such commit.
   */
  changes(to: string, options?: AbortOptions & { readonly from?: string }): Promise<readonly OutcomeChange[]>;
}
