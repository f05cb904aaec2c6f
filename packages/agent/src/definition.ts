import type { BudgetLimits, Json, NodeId } from "@dad/protocol";
import type { z } from "zod";
import type { NodeDefinition } from "./node-definition.ts";
import type { NodePolicy } from "./node-policy.ts";
import type { RecordSettings } from "./record-settings.ts";

/** All that can stand in a component. */
export type Definition = NodeDefinition | ComponentDefinition | BlockDefinition;

/** Something in a component, under an id that is unique there and is its step in the paths of a run. */
export interface Element {
  readonly id: NodeId;
  readonly definition: Definition;
  /** Of a node: what of it is shown. */
  readonly record?: RecordSettings;
  /** Of a node: how it is executed, and what becomes of its failure. */
  readonly policy?: NodePolicy;
  /** Of a component: what it is given for its variables. */
  readonly bindings?: Bindings;
}

/** Values for the variables of a component, with templates that are rendered where the component is used. */
export type Bindings = Readonly<Record<string, Json>>;

/** A value that the templates of a component and of everything in it may use as `$var{name}`. */
export interface VariableDefinition {
  /** What every value given for it must fit. */
  readonly schema?: z.ZodType;
  /** Data, not a template. Without it, a value has to be given before anything runs. */
  readonly default?: Json;
}

export type ComponentKind = "agent" | "flow";

/** A sequence of elements. Data: immutable, and the same definition may run any number of times at once. */
export interface ComponentDefinition {
  readonly kind: ComponentKind;
  readonly id: NodeId;
  readonly description: string | undefined;
  readonly variables: Readonly<Record<string, VariableDefinition>>;
  /** Whether somebody is asked for the variables that have no value. */
  readonly input?: NodePolicy["input"];
  /** What all that is in it may use together. */
  readonly budget?: BudgetLimits;
  readonly elements: readonly Element[];
}

export type FlowDefinition = ComponentDefinition & { readonly kind: "flow" };
export type AgentDefinition = ComponentDefinition & { readonly kind: "agent" };

declare const outputs: unique symbol;

/** Something that gives, as far as the compiler knows, these values: an object with a member for each element. */
export interface Giving<Outputs> {
  /** Only a type. */
  readonly [outputs]?: Outputs;
}

/** What the elements of a component give, by id. */
export type OutputsOf<Given> = Given extends Giving<infer Outputs> ? (unknown extends Outputs ? object : Outputs) : object;

/** A component in a block, with what it is given for its variables. */
export interface Branch {
  readonly component: ComponentDefinition;
  readonly bindings: Bindings;
}

/** Control flow: what decides which components run, how often, and whether at the same time. */
export type BlockDefinition =
  | ConditionalDefinition
  | SwitchDefinition
  | ForEachDefinition
  | MapDefinition
  | WhileDefinition
  | ParallelDefinition
  | TryDefinition;
export type BlockKind = BlockDefinition["kind"];

/** Runs one of two branches, or none. Gives `{ is_true: … }` or `{ is_false: … }` with what the branch that ran gave. */
export interface ConditionalDefinition {
  readonly kind: "conditional";
  /** `true` or `false`, or a template that gives one. */
  readonly condition: Json;
  readonly isTrue: Branch;
  readonly isFalse: Branch | undefined;
}

/** Runs the branch whose name is the value. Gives an object with what that branch gave under its name. */
export interface SwitchDefinition {
  readonly kind: "switch";
  readonly on: Json;
  readonly cases: Readonly<Record<string, Branch>>;
  /** Runs for every other value. Without it, another value is an error. */
  readonly otherwise: Branch | undefined;
}

interface Iterated {
  readonly body: Branch;
  readonly items: Json;
  /** The names under which an iteration sees its item, and its position in the list. */
  readonly item: string;
  readonly index: string;
  /** How many items are left out at the beginning. */
  readonly start: Json;
  /** At most so many iterations. */
  readonly max: number | undefined;
}

/** Runs its body once for each item, one after the other. Gives the list of what the iterations gave. */
export interface ForEachDefinition extends Iterated {
  readonly kind: "for_each";
  /** The name under which an iteration sees what the one before it gave: `null` in the first. */
  readonly previous: string;
}

/** Runs its body once for each item, several at the same time. Gives what they gave in the order of the items. */
export interface MapDefinition extends Iterated {
  readonly kind: "map";
  /** How many iterations run at the same time. */
  readonly concurrency: number;
}

/** Runs its body as long as the condition is true. Gives the list of what the iterations gave. */
export interface WhileDefinition {
  readonly kind: "while";
  /** Looked at before each iteration. It sees `previous` and `index`. */
  readonly condition: Json;
  readonly body: Branch;
  readonly index: string;
  readonly previous: string;
  /** The bound: at most so many iterations. */
  readonly max: number;
  /** What it means that the condition is still true then. */
  readonly atMax: "fail" | "stop";
}

/** Runs its branches at the same time. Gives an object with what each gave under its name. */
export interface ParallelDefinition {
  readonly kind: "parallel";
  readonly branches: Readonly<Record<string, Branch>>;
}

/** Runs its body; `handler` when that failed, and `cleanup` at the end. Gives `{ try?, catch?, finally? }`. */
export interface TryDefinition {
  readonly kind: "try";
  readonly body: Branch;
  readonly handler: Branch | undefined;
  /** Codes of the errors that are caught, also when they are a cause. Default: all. */
  readonly codes: readonly string[] | undefined;
  /** The name under which `handler` sees the error: `{ code, message, path, retryable, … }`. */
  readonly error: string;
  readonly cleanup: Branch | undefined;
}

/** Steps below a loop are `iter_0`, `iter_1`, …; this stands for all of them. */
export const EVERY_ITERATION = "iter_*";

/** True for what has the form of an agent or a flow. Cheap: it looks at no element. It may come from another copy of this package. */
export function isDefinition(value: unknown): value is AgentDefinition | FlowDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id, elements } = value as Partial<ComponentDefinition>;
  return (kind === "agent" || kind === "flow") && typeof id === "string" && Array.isArray(elements);
}

export function isBlock(definition: Definition): definition is BlockDefinition {
  return definition.kind !== "node" && definition.kind !== "agent" && definition.kind !== "flow";
}

/** True for what runs its body again and again, and gives a list. */
export function isLoop({ kind }: Definition): boolean {
  return kind === "for_each" || kind === "map" || kind === "while";
}

/** The branches of a block by their step in paths, in the order in which they are written. */
export function branchesOf(block: BlockDefinition): readonly (readonly [step: string, branch: Branch])[] {
  const named = (step: string, branch: Branch | undefined) => (branch === undefined ? [] : [[step, branch] as const]);
  switch (block.kind) {
    case "conditional":
      return [...named("is_true", block.isTrue), ...named("is_false", block.isFalse)];
    case "switch":
      return [...Object.entries(block.cases), ...named("otherwise", block.otherwise)];
    case "parallel":
      return Object.entries(block.branches);
    case "try":
      return [...named("try", block.body), ...named("catch", block.handler), ...named("finally", block.cleanup)];
    default:
      return [[EVERY_ITERATION, block.body]];
  }
}

const ITERATION = /^iter_(0|[1-9][0-9]{0,8})$/;

/** The step of an iteration, by its position in the list of items. */
export function iterationStep(index: number): string {
  return `iter_${index}`;
}

/** The position that a step names, or `undefined` for another step. */
export function iterationOf(step: string): number | undefined {
  const digits = ITERATION.exec(step)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
