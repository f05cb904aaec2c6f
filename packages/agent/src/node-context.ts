import type { Command, ConfinedFiles, ExecOptions, ExecResult, IsolationPolicy, IsolationSpace } from "@dad/isolation";
import type { Log, Observability } from "@dad/observability";
import type { ArtifactEntry, Descriptor, Json, NodePath, OutcomeRef, RunEnvParams, Usage } from "@dad/protocol";
import type { ResourceProfile } from "@dad/resources";
import type { Redactor } from "@dad/secrets";
import type { z } from "zod";
import type { Question } from "./question.ts";

/**
 * How an artifact is written: `json` and `yaml` indented, for people; `text`, which takes a string, and `binary`, which takes
 * bytes, as they are.
 */
export type ArtifactFormat = "json" | "yaml" | "text" | "binary";

export interface ArtifactDraft {
  /** Unique within the node. It becomes the file name, with directories where it has `/`; without an ending it gets that of its media type. */
  readonly name: string;
  readonly data: Json | Uint8Array;
  /** Default: `binary` for bytes, `text` for a string, else `json`. */
  readonly format?: ArtifactFormat;
  /** Default: that of the format. */
  readonly mediaType?: string;
}

/** What names content: the entry of an artifact has it. */
export type ContentEntry = Pick<Descriptor, "digest" | "size" | "data">;

/** A piece of output as it comes. */
export interface OutputPiece {
  /** `text` and `reasoning` of a model, `stdout` and `stderr` of a command, or another name. */
  readonly channel: string;
  readonly text: string;
}

/** The versioned result tree of the run, as a node sees it. */
export interface NodeOutcomeTree {
  /** Records the workspace as it is, also when nothing changed. The message is one line; line breaks become spaces. */
  commit(message: string): Promise<OutcomeRef>;
}

/** All that one attempt of a node may use. Nothing in it is shared with another run. */
export interface NodeContext {
  readonly run: RunEnvParams;
  readonly path: NodePath;
  /** From 1. */
  readonly attempt: number;
  /** The same for each attempt of this node in this run: give it to services that do a thing once for each key. */
  readonly idempotencyKey: string;
  /** Aborted when the run is cancelled, the attempt times out or its parent ends. */
  readonly signal: AbortSignal;
  /** Where commands run: environment, working directory, `exec`. */
  readonly space: IsolationSpace;
  /** The variables of the run: what commands get, and never those of the host. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the run works. Absolute. `process.cwd()` is the host's. */
  readonly cwd: string;
  /** The files of the workspace, for who does not trust those who wrote them: no link is followed. */
  readonly files: ConfinedFiles;
  /** Runs a command in the space, until it ends or the attempt does. As `space.exec`. */
  exec(command: Command, options?: ExecOptions): Promise<ExecResult>;
  /**
   * A space that has what this policy requires besides that of the run: for commands that somebody else has chosen. Released with the run.
   *
   * @throws `ISOLATION_UNAVAILABLE` where this machine cannot, `ISOLATION_POLICY_INVALID`.
   */
  isolated(policy: IsolationPolicy): Promise<IsolationSpace>;
  /** What this node executes was made, at least in part, of what a model (or somebody else whom nobody has to trust) gave. */
  readonly untrusted: boolean;
  /** The directory that the run works in, apart from its record: it becomes the outcome of the run, when it has one. Absolute. `undefined` where it has neither. */
  readonly workspace: string | undefined;
  /** `undefined` when the run has no outcome. */
  readonly outcome: NodeOutcomeTree | undefined;
  /**
   * The files that the run was given from outside, in the order of their paths: `content` reads them. They lie in `static_inputs` of
   * the run directory, for commands (`$var{inputDirectory}`).
   */
  readonly inputFiles: readonly ArtifactEntry[];
  readonly resources: ResourceProfile;
  /**
   * The value of a secret of the profile, by its name there. Nothing that is recorded or told has it from then on.
   *
   * @throws `RESOURCE_UNKNOWN`, `SECRET_UNAVAILABLE`.
   */
  secret(name: string): Promise<string>;
  /**
   * Takes out the secrets that are taken out of all that is recorded and told. Whoever cuts a text or bytes does it before: of a part of a
   * secret, nobody can see that it is one.
   */
  readonly redactor: Pick<Redactor, "text" | "json" | "stream" | "byteStream">;
  /** Spans that are started without a parent become children of the span of this attempt. */
  readonly observability: Observability;
  /** Writes into the logs of the run, at the place of this attempt in the trace. */
  readonly log: Log;
  /**
   * Keeps data under a name with the result of this node: `state` is what the node keeps for itself, all else is a file of its
   * own. Gives `undefined`, and keeps nothing, where the record settings of the node say so.
   *
   * @throws `ARTIFACT_REFUSED` for a name that cannot be a path and for data that its format cannot carry, `ARTIFACT_EXISTS`.
   */
  record(draft: ArtifactDraft): Promise<ArtifactEntry | undefined>;
  /**
   * The bytes of an artifact that this or an earlier node kept, verified. A node that keeps files gives their entries as (a part
   * of) its value.
   *
   * @throws `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED`, `ARTIFACT_TOO_LARGE` for more than `limitBytes`.
   */
  content(entry: ContentEntry, options?: { readonly limitBytes?: number }): Promise<Uint8Array>;
  /**
   * Asks somebody, and gives the answer, which fits the schema. It is taken once, is on record with who gave it, when and how, and is
   * given again whenever the node is executed again and asks the same. It may have been given before it was asked for.
   *
   * When nothing else goes on in the run, that does not keep waiting: it is parked, and the node is executed again from its
   * beginning once it goes on. So put what must not be done twice into a `step`; what goes on beside a wait outside of
   * one is left behind. To need no answer any more, abort the signal.
   *
   * @throws `INPUT_EXPIRED`; `INPUT_INVALID` for an answer on record that does not fit any more; `INPUT_CANCELLED` for what the signal ended, also in an earlier execution; TypeError for a question that cannot be asked.
   */
  input<Schema extends z.ZodType>(question: Question<Schema>, options?: { readonly signal?: AbortSignal }): Promise<z.output<Schema>>;
  /**
   * Does the work and records what it gives, which is JSON; when the node is executed again in this run and is told the same, gives that
   * without doing the work. What fails is not recorded. What models use within the work is recorded with it, so that it is known
   * also of a run that is killed. Within one attempt, each step has a name of its own.
   *
   * @throws `STEP_INVALID` for a name that was used before, and for what is no JSON; what the work throws.
   */
  step<Result>(name: string, work: (options: { readonly signal: AbortSignal }) => Promise<Result> | Result): Promise<Result>;
  /** Disposes of it when the attempt is over, however it ends, and when the run is parked; of what was given last, first. Gives it back. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource;
  /**
   * Adds to what this attempt used, and to what is spent of the budgets around it. What models of `resources` use is counted by itself: this is for
   * what is used elsewhere. Counted also when the attempt fails afterwards.
   *
   * @throws TypeError for what is no usage.
   */
  addUsage(usage: Usage): void;
  /** Tells subscribers something; it is recorded in the run as `custom.emitted`. */
  emit(name: string, data: Json): Promise<void>;
  /**
   * Does the work while no other attempt of this run does work so, in the order in which they asked: for changes of what all
   * of them see, such as the workspace. Whoever is aborted while it waits does not get its turn. A run in which somebody waits for
   * a turn is not parked: so ask before you begin.
   */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Tells subscribers of output as it comes (`output.streamed`). It is not recorded, so record the whole; never fails, and waits for nobody. */
  stream(piece: OutputPiece): void;
}
