import type { OutcomeRef, RunId } from "@dad/protocol";
import type { KnownSecret } from "@dad/secrets";

export interface OutcomeCapabilities {
  /** Commits are still there after the process is killed, and other processes see them. */
  readonly durable: boolean;
  /** Runs have a directory on this machine to work in: {@link RunOutcome.directory} is not `undefined`. */
  readonly directory: boolean;
  /** Runs can start from a revision of a repository of the project itself: {@link OpenOutcomeOptions.revision}. */
  readonly revisions: boolean;
}

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

export interface OpenOutcomeOptions extends AbortOptions {
  /** The commit to start from. Default: the base of the project. */
  readonly from?: string;
  /**
   * Where to start from instead, in the project's own repository: a branch, a tag or a commit. What is not committed there is no
   * part of it. A `TypeError` together with `from`, `OUTCOME_REVISION_UNKNOWN` when there is no such thing. A run that is resumed
   * and has started stays where it is.
   */
  readonly revision?: string;
  /**
   * Goes on with the working tree of a run that had been opened before: as it was left when its process was killed, and else
   * as the branch has it. A run that had none yet gets one. Whoever asks is the only one who works on the run. Default `false`.
   */
  readonly resume?: boolean;
  /**
   * Whose values never become part of a commit of this run, besides those that the repository knows itself. Asked whenever something is
   * committed. A commit with one, in a file, the name of one or where a link leads, is refused: `OUTCOME_SECRET`.
   */
  readonly secrets?: () => readonly KnownSecret[];
}

export interface CommitOptions extends AbortOptions {
  /** First line of the message. Line breaks become spaces. */
  readonly subject: string;
  /** Facts after the message, as git trailers: `Dad-Node`, `Dad-Attempt`, `Dad-Result`. `Dad-Run` and `Dad-Base` are always there. */
  readonly trailers?: Readonly<Record<string, string>>;
  /**
   * Makes no commit when the files are those of the last one, or of the start while there is none: the ref of that is the
   * answer. Cheap enough for after every command, as long as nothing changes. Default `false`.
   */
  readonly onlyChanged?: boolean;
  /** The run ends with this commit: whatever the adapter does of its own when a run ends, such as a tag, it does now. Default `false`. */
  readonly final?: boolean;
}

/** What leads from one commit of a repository to another. The commits may be those of any runs. */
export interface OutcomeChangeRange {
  readonly from: string;
  readonly to: string;
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
  /** What the run started from, also when it is resumed: its branch, and the `commit` and `tree` of its base. `tree` is as in `commit`. */
  readonly start: OutcomeRef;
  /** Absolute path of the working tree, when the adapter has one on this machine. */
  readonly directory: string | undefined;
  /** Puts a file into the working tree. `OUTCOME_PATH_INVALID` for a path that is not inside it, or that leads through a file or a link. */
  write(file: OutcomeFile): Promise<void>;
  /** A file of the working tree, or `undefined`. A link is not a file. `OUTCOME_PATH_INVALID` as for `write`. */
  read(path: string): Promise<OutcomeFile | undefined>;
  /**
   * Records the working tree as it is, also when nothing changed: every run ends in a commit of its own. The answer has
   * its `tree`, which is the same for the same paths, contents and modes, whoever committed them, and its `parent`.
   * `OUTCOME_PATH_INVALID` for what an outcome cannot hold, for instance a link that leads out of the working tree.
   */
  commit(options: CommitOptions): Promise<OutcomeRef>;
  /**
   * Makes in the working tree the changes that lead from one commit to another, file by file: what differs between them gets
   * content and mode of `to`, or goes, where the working tree has what `from` has, or already what `to` has. Everything else
   * stays. Commits of the run wait meanwhile.
   *
   * `OUTCOME_CONFLICT`, and nothing is changed, when the working tree has something else in one of these places, be it only a
   * file that is ignored. Links are not followed. `OUTCOME_COMMIT_UNKNOWN` for a commit that is not there. What a storage that
   * fails has left half done can be brought again.
   */
  bring(change: OutcomeChangeRange, options?: AbortOptions): Promise<void>;
}

/** What a commit says of itself. */
export interface OutcomeLogEntry {
  readonly commit: string;
  readonly tree: string;
  /** The commit before it. `undefined`: it is the first of all. */
  readonly parent: string | undefined;
  /** The first line of its message. */
  readonly subject: string;
  /** The facts after the message: `Dad-Run`, `Dad-Base`, and what {@link CommitOptions.trailers} gave. */
  readonly trailers: Readonly<Record<string, string>>;
  readonly author: { readonly name: string; readonly email: string };
  /** When it was made, for people: ISO 8601 in UTC. */
  readonly time: string;
}

/** The newest commit of a run. */
export interface OutcomeSummary extends OutcomeLogEntry {
  readonly runId: RunId;
  readonly branch: string;
}

/** The files of a commit in a directory of somebody's own. */
export interface OutcomeCheckout {
  /** So many files and links were written. */
  readonly files: number;
  /** Files too large for a commit whose content is no more: their pointers are in their place. */
  readonly missing: readonly string[];
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
  /**
   * The same as a unified difference, as git prints it (`diff --git a/… b/…`, with modes), for readers and for `git apply`; empty when
   * nothing changed. Of a file with NUL in its first 8000 bytes it is only said that it differs; bytes that are no UTF-8 become U+FFFD.
   */
  patch(to: string, options?: AbortOptions & { readonly from?: string }): Promise<string>;
  /** The newest commit of each run that has one, in the order of the ids of runs. */
  list(options?: AbortOptions): AsyncIterable<OutcomeSummary>;
  /**
   * A commit and those before it, the newest first, down to another one or to the base that its run started from, without that.
   * `OUTCOME_COMMIT_UNKNOWN` when there is no such commit.
   */
  log(to: string, options?: AbortOptions & { readonly from?: string }): Promise<readonly OutcomeLogEntry[]>;
  /**
   * Writes the files of a commit to a directory, an absolute path, which is made when it is not there. Nothing is overwritten:
   * `OUTCOME_DIRECTORY_TAKEN`, and nothing is written, when something is in it. `OUTCOME_COMMIT_UNKNOWN` when there is no such commit.
   */
  checkout(commit: string, directory: string, options?: AbortOptions): Promise<OutcomeCheckout>;
}
