import type { Bindings, ComponentDefinition, Definition, Element, NodeDefinition } from "@dad/agent";
import type { EngineContext, NodeCall, NodeHandle, NodeOutcome } from "@dad/engine";
import { type ErrorEnvelope, type Json, type NodeId, type NodePath, nodePath, type RunEnvParams } from "@dad/protocol";
import type { WalkReport } from "./walk-report.ts";
import type { Frame, LoopStarts } from "./frame.ts";
import type { ToldFiles } from "./told-files.ts";
import type { RecordPlaces } from "./record-places.ts";
import type { StaticInputIndex } from "./static-input-index.ts";
import type { Lane, Strand } from "./strands.ts";
import type { Turns } from "./turn.ts";

/** What the interpreter needs from the run it works in. */
export interface InterpreterHost {
  readonly root: ComponentDefinition;
  readonly env: RunEnvParams;
  readonly inputs: StaticInputIndex;
  readonly workspace: string;
  readonly report: WalkReport;
  readonly places: RecordPlaces;
  readonly turns: Turns;
  readonly attempts: AttemptLedger;
  readonly decisions: Decisions;
  readonly files: ToldFiles;
  /** Of a walk that only looks ahead. */
  readonly foresight?: Foresight;
  /** An error as it is on record, without secrets. */
  redacted(error: ErrorEnvelope): ErrorEnvelope;
  /** Gives the rest of the program a turn. Says why the run is to end, if it is. */
  breathe(): Promise<{ readonly cause: unknown } | undefined>;
}

/** What is decided of a node before it is begun: whether what an earlier run has for it is given instead. */
export interface Decisions {
  /** What the node is told instead of its settings, where somebody set some for this run. */
  settings(place: Place, settings: Json): Json;
  of(node: NodeToDecide): Decided;
}

export interface NodeToDecide {
  readonly place: Place;
  readonly element: Element & { readonly definition: NodeDefinition };
  readonly settings: Json;
  /** The same without what is the run's own: its id and its places. */
  readonly plain: Json;
  /** They name the directory of the input files of the run. */
  readonly inputFiles: boolean;
  readonly input: Json | undefined;
  /** What was given from outside for what it asks. */
  readonly answers: Readonly<Record<string, Json>> | undefined;
  readonly reads: readonly NodePath[];
}

export type Decided = Pick<NodeCall, "fingerprint" | "reuse">;

/** A walk that only looks ahead goes on where something depends on what is not known yet. */
export interface Foresight {
  /** Notes that it is not known whether and how something is executed. False for an error that says something else. */
  undecided(place: Place, definition: Definition, error: unknown): boolean;
  /** Whose result is given for a node that cannot be told yet what it is told, because that does not matter. */
  given(path: NodePath, error: unknown): NodePath | undefined;
  /** Notes that it is not known whether the body of a `try` fails, and with it whether its handler is executed. False when it is known. */
  mayFail(path: NodePath): boolean;
}

/** The attempts that a walk waits for, as they are at each moment. */
export type Awaited = Pick<ReadonlyMap<NodeHandle, unknown>, "keys" | "size">;

/** Where the walk says of attempts what their executor cannot say itself. */
export interface AttemptLedger {
  /** The walk goes on when one of these attempts settles, and no sooner. */
  awaited(handles: Awaited): void;
  /** The walk goes on. */
  goesOn(): void;
  /**
   * The walk is told of an attempt. One that is reused is recorded now: so the next re-run finds the ends in the order in which
   * the walk was told, which says what files each node has found.
   */
  told(handle: NodeHandle): void;
  /** An attempt was left behind: it is recorded as what the engine told, and whatever it does from now on is refused. */
  abandon(handle: NodeHandle, outcome: NodeOutcome): void;
  /** A node could not be begun: it is recorded as an attempt that failed. */
  refuse(handle: NodeHandle, error: unknown): void;
}

/** One walk through a definition, as some part of it sees it. */
export interface Walk {
  readonly host: InterpreterHost;
  readonly engine: EngineContext;
  readonly starts: LoopStarts;
  /** What can be cancelled by itself. */
  readonly lane: Lane;
  /** Nothing on record counts: it was about an end that did not stand. */
  readonly again: boolean;
  /** Renders data of the definition, which is parsed once. */
  readonly render: Render;
  readonly trust: Trust;
  /** How many components and blocks were begun. */
  readonly pace: { begun: number };
  /** Walks a component. Given here, because blocks hold components and components blocks. */
  component(walk: Walk, given: Given, place: Place): Strand<Json>;
}

/** A component, with what it is given where it stands. */
export interface Given {
  readonly component: ComponentDefinition;
  readonly bindings: Bindings;
}

export type Render = (data: Json, at: RenderPlace) => Json;

/** Where data of a definition is rendered. */
export interface RenderPlace {
  readonly frame: Frame | undefined;
  readonly path: NodePath;
  /** Is told of the elements whose outputs are read. */
  readonly reads?: Set<NodePath>;
  /** Is told of the variables of the run that are read: its id and its places. */
  readonly own?: Set<string>;
  /** Gives placeholders for these. */
  readonly plain?: true;
}

/** Follows what comes from those whom nobody has to trust, through all that is made of it. */
export interface Trust {
  /** Notes what a node gives: it is made of what it is told. */
  gives(path: NodePath, definition: NodeDefinition, reads: Iterable<NodePath>): void;
  /** Whether what a node executes of its settings is made of such. */
  isUntrusted(definition: NodeDefinition, at: Pick<RenderPlace, "frame" | "path">): boolean;
}

/** Where something stands. */
export interface Place {
  readonly path: NodePath;
  /** The path with `iter_*` in it, by which static inputs are found. */
  readonly pattern: string;
  /** What its templates see. */
  readonly parent: Frame | undefined;
}

/** Where something stands in what stands at a place. */
export function childPlace({ path, pattern }: Place, step: string, inside: { readonly frame: Frame | undefined; readonly pattern?: string }): Place {
  return { path: nodePath(path, step as NodeId), pattern: `${pattern}.${inside.pattern ?? step}`, parent: inside.frame };
}
