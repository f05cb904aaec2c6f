import type { ComponentDefinition, ComponentKind, FlowDefinition, OutputsOf } from "./definition.ts";
import type { Bindable, Reference, ReferenceText } from "./reference.ts";

declare const component: unique symbol;

/** A component with values for its variables: what `with` gives. */
export interface Bound<Child extends ComponentDefinition = ComponentDefinition> {
  readonly kind: "bound";
  readonly component: ComponentDefinition;
  readonly bindings: Readonly<Record<string, unknown>>;
  /** Only a type. */
  readonly [component]?: Child;
}

/** A component, as it is or with values for its variables. */
export type Used<Child extends ComponentDefinition = ComponentDefinition> = Child | Bound<Child>;

/** What may stand in a component: a flow holds flows only. */
export type ChildOf<Kind extends ComponentKind> = Kind extends "agent" ? ComponentDefinition : FlowDefinition;

/** What a used component gives. */
export type GivenBy<Child> = Child extends Bound<infer Inner> ? OutputsOf<Inner> : OutputsOf<Child>;

export type References<Values> = { readonly [Name in keyof Values]: Reference<Values[Name]> };

/** What a component has: the outputs of its elements so far, and the values of its variables. */
export interface Inside {
  readonly outputs: object;
  readonly values: object;
}

/**
 * A thing, or a function of what it may refer to: what earlier elements give, and the variables of the component. It is called
 * when the definition is made, and once more where what it gives has a name of something around it, to see whether it made that
 * itself: so what it gives depends on nothing but what it is given.
 */
export type From<In extends Inside, Thing> = Thing | ((nodes: References<In["outputs"]>, variables: References<In["values"]>) => Thing);

/** `true` or `false`, a reference to one, or a template such as `$expr{$hier{scan}.files.length > 0}`. */
export type Condition = ReferenceText<boolean> | boolean | string;

/** A list, a reference to one, or a template that gives one. */
export type Items<Item> = ReferenceText<readonly Item[]> | readonly Bindable<Item>[] | string;

/** What a body that is given as a function may refer to, besides the elements around the loop. */
export interface Iteration<Item> {
  readonly item: Reference<Item>;
  readonly index: Reference<number>;
}

/** The same in a loop whose iterations run one after the other. */
export interface Round<Item> extends Iteration<Item> {
  /** What the iteration before gave: `null` in the first. What it holds depends on the body, so it is read in templates or by path. */
  readonly previous: ReferenceText<unknown>;
}

/** What a handler that is given as a function may refer to, besides the elements around it: the error of the node that failed. */
export interface Caught {
  readonly error: Reference<CaughtError>;
}

export interface CaughtError {
  readonly code: string;
  readonly message: string;
  /** Of the node that failed. */
  readonly path: string | null;
  readonly retryable: boolean;
  readonly cause?: { readonly code: string; readonly message: string };
}

export interface ConditionalSpec<In extends Inside, Yes, No> {
  readonly condition: From<In, Condition>;
  readonly isTrue: From<In, Yes>;
  readonly isFalse?: From<In, No>;
}

export interface SwitchSpec<In extends Inside, Cases, Otherwise> {
  /** A text or a boolean; or what gives one. */
  readonly on: From<In, ReferenceText<string | boolean> | string | boolean>;
  /** By the value: `true` and `false` are the names of booleans. A name is a step in paths, and so an id. */
  readonly cases: Branches<In, Cases>;
  /** For every other value. Without it, another value is an error (`SWITCH_UNMATCHED`). */
  readonly otherwise?: From<In, Otherwise>;
}

/** Components by name, each as it is or as a function of what it may refer to. */
export type Branches<In extends Inside, Named> = { readonly [Name in keyof Named]: From<In, Named[Name]> };

/** A component that runs again and again, as it is or as a function of what it may refer to: of the iteration, and around the loop. */
export type Body<In extends Inside, Child, Seen> =
  | Child
  | ((iteration: Seen, nodes: References<In["outputs"]>, variables: References<In["values"]>) => Child);

export interface LoopSpec<In extends Inside, Item, Child, Seen> {
  readonly items: From<In, Items<Item>>;
  /** Runs once for each item. */
  readonly body: Body<In, Child, Seen>;
  /** The name of the variable that holds the item. Default `item`. */
  readonly item?: string;
  /** The name of the variable that holds its position in the list, from 0. Default `index`. */
  readonly index?: string;
  /** How many items are left out at the beginning. Default 0. The first path is then `iter_<start>`. */
  readonly start?: From<In, ReferenceText<number> | number | string>;
  /** At most so many iterations. Default: as many as there are items. */
  readonly max?: number;
}

export interface ForEachSpec<In extends Inside, Item, Child> extends LoopSpec<In, Item, Child, Round<Item>> {
  /** The name of the variable that holds what the iteration before gave. Default `previous`. */
  readonly previous?: string;
}

export interface MapSpec<In extends Inside, Item, Child> extends LoopSpec<In, Item, Child, Iteration<Item>> {
  /** How many iterations run at the same time. Default 16. */
  readonly concurrency?: number;
}

export interface WhileSpec<In extends Inside, Child> {
  /** Looked at before each iteration. It may use the variables `index` and `previous`, which is `null` at first. */
  readonly condition: From<In, Condition>;
  readonly body: Body<In, Child, Omit<Round<unknown>, "item">>;
  /** The bound: at most so many iterations. */
  readonly max: number;
  /** What it means that the condition is still true then: `fail` (the default, `LOOP_LIMIT_REACHED`) or `stop`. */
  readonly atMax?: "fail" | "stop";
  readonly index?: string;
  readonly previous?: string;
}

export interface TrySpec<In extends Inside, Tried, Handler, Cleanup> {
  readonly body: From<In, Tried>;
  /** Runs when the body failed. It sees the error as the variable `error`: `{ code, message, path, retryable, … }`. */
  readonly catch?: Body<In, Handler, Caught>;
  /** Codes of the errors that are caught, also when they are a cause. Default: all. A cancelled run is no error. */
  readonly codes?: readonly string[];
  /** The name of the variable that holds the error. Default `error`. */
  readonly error?: string;
  /** Runs at the end, however the others ended, unless the run is cancelled: then it runs when the run is resumed. */
  readonly finally?: From<In, Cleanup>;
}

type Maybe<Child> = [Child] extends [never] ? object : GivenBy<Child>;

/** What a conditional gives: the outputs of the branch that ran, under its step. */
export interface ConditionalOutput<Yes, No> {
  readonly is_true?: Maybe<Yes>;
  readonly is_false?: Maybe<No>;
}

export type SwitchOutput<Cases, Otherwise> = { readonly [Name in keyof Cases]?: GivenBy<Cases[Name]> } & { readonly otherwise?: Maybe<Otherwise> };

export type ParallelOutput<Branches> = { readonly [Name in keyof Branches]: GivenBy<Branches[Name]> };

export interface TryOutput<Body, Handler, Cleanup> {
  /** There when the body completed. */
  readonly try?: GivenBy<Body>;
  /** There when the body failed, and that was caught. */
  readonly catch?: Maybe<Handler>;
  readonly finally?: Maybe<Cleanup>;
}
