import { type BudgetLimits, NodeId, nameHint } from "@dad/protocol";
import type {
  Bound,
  Branches,
  ChildOf,
  ConditionalOutput,
  ConditionalSpec,
  ForEachSpec,
  From,
  GivenBy,
  MapSpec,
  ParallelOutput,
  SwitchOutput,
  SwitchSpec,
  TryOutput,
  TrySpec,
  Used,
  WhileSpec,
} from "./block-spec.ts";
import { blockMakers, branchOf, resolved } from "./blocks.ts";
import type { ComponentDefinition, ComponentKind, Element, Giving } from "./definition.ts";
import { type ElementIds, noIds } from "./element-ids.ts";
import { DefinitionError } from "./errors.ts";
import { nameOfGiven } from "./given.ts";
import type { NodeDefinition } from "./node-definition.ts";
import { checkedBudget, checkedInput, checkedPolicy, NodePolicy, type RequiredInput } from "./node-policy.ts";
import { checkedRecord, type RecordSettings } from "./record-settings.ts";
import type { Bindable } from "./reference.ts";
import { type Scene, sceneIn } from "./scene.ts";
import { checkedBindings, declaredVariables, type GivenFor, type ValuesOf, type Variables } from "./variable.ts";

export interface NodeOptions<Fallback = unknown> extends Omit<NodePolicy, "onFailure"> {
  /** What of the node people see in the directory of a run, where and in which format. Default: all of it, in the node's own directory. */
  readonly record?: RecordSettings;
  /**
   * What a failure means after the last attempt. `fail` (the default) ends the component; with `continue` the node has given
   * `null`, and with `fallback` this value. The failure stays on record.
   */
  readonly onFailure?: "fail" | "continue" | { readonly fallback: Fallback };
}

export interface ComponentOptions<Declared extends Variables = Variables> {
  readonly description?: string;
  readonly variables?: Declared;
  /**
   * `required`: before the component begins, somebody is asked for the variables that have no value, neither where it is used, nor
   * as a static input, nor by default; with a prompt of its own. Default: nothing runs without them.
   */
  readonly input?: RequiredInput;
  /**
   * What all that is in the component may use together at each place where it is used, in each iteration of a loop anew. What does not
   * fit fails the node that wants it (`BUDGET_EXHAUSTED`); that is handled as any failure, and never tried again.
   */
  readonly budget?: BudgetLimits;
}

interface In<Outputs extends object, Values extends object> {
  readonly outputs: Outputs;
  readonly values: Values;
}

type OutputUnder<Output, Options> = Options extends { readonly onFailure: "continue" } ? Output | null : Output;

/** What an element adds to what is known of a component. Of an id that is made when the program runs, nothing is known. */
type Adds<Id extends string, Output> = string extends Id ? object : { readonly [Key in Id]: Output };

type Cases<Child> = Readonly<Record<string, Used<Extract<Child, ComponentDefinition>>>>;

/**
 * A component that can be added to. Each call gives a new definition; nothing is changed in place.
 * `Outputs` collects what the elements so far give, so that a reference to one that is not there does not compile; `Values` is
 * what the variables are, and `Given` what can be given for them.
 *
 * Whatever is to refer to what is there before it is given as a function: `(nodes, variables) => …`.
 */
export interface Component<
  Kind extends ComponentKind = ComponentKind,
  Outputs extends object = object,
  Values extends object = object,
  Given extends object = Values,
>
  extends ComponentDefinition, Giving<Outputs> {
  readonly kind: Kind;

  /** Adds a node. */
  node<const Id extends string, Output, const Options extends NodeOptions<Bindable<NoInfer<Output>>> = object>(
    id: Id,
    definition: From<In<Outputs, Values>, NodeDefinition<Output>>,
    options?: Options,
  ): Component<Kind, Outputs & Adds<Id, OutputUnder<Output, Options>>, Values, Given>;

  /**
   * Adds a flow (or, in an agent, another agent), which runs in its place in the sequence. To later nodes
   * it is an object of what its own elements gave: `nodes.fix.plan.operations`.
   */
  component<const Id extends string, Child extends Used<ChildOf<Kind>>>(
    id: Id,
    definition: From<In<Outputs, Values>, Child>,
  ): Component<Kind, Outputs & Adds<Id, GivenBy<Child>>, Values, Given>;

  /** Adds a choice between two components. */
  conditional<const Id extends string, Yes extends Used<ChildOf<Kind>>, No extends Used<ChildOf<Kind>> = never>(
    id: Id,
    spec: ConditionalSpec<In<Outputs, Values>, Yes, No>,
  ): Component<Kind, Outputs & Adds<Id, ConditionalOutput<Yes, No>>, Values, Given>;

  /** Adds a choice between components by a value. */
  switch<const Id extends string, Chosen extends Cases<ChildOf<Kind>>, Otherwise extends Used<ChildOf<Kind>> = never>(
    id: Id,
    spec: SwitchSpec<In<Outputs, Values>, Chosen, Otherwise>,
  ): Component<Kind, Outputs & Adds<Id, SwitchOutput<Chosen, Otherwise>>, Values, Given>;

  /** Adds a loop over a list, one item after the other. */
  forEach<const Id extends string, Item, Body extends Used<ChildOf<Kind>>>(
    id: Id,
    spec: ForEachSpec<In<Outputs, Values>, Item, Body>,
  ): Component<Kind, Outputs & Adds<Id, readonly GivenBy<Body>[]>, Values, Given>;

  /** Adds a loop over a list, several items at the same time. What it gives is in the order of the items. */
  map<const Id extends string, Item, Body extends Used<ChildOf<Kind>>>(
    id: Id,
    spec: MapSpec<In<Outputs, Values>, Item, Body>,
  ): Component<Kind, Outputs & Adds<Id, readonly GivenBy<Body>[]>, Values, Given>;

  /** Adds a loop that goes on as long as a condition is true, with a bound. */
  while<const Id extends string, Body extends Used<ChildOf<Kind>>>(
    id: Id,
    spec: WhileSpec<In<Outputs, Values>, Body>,
  ): Component<Kind, Outputs & Adds<Id, readonly GivenBy<Body>[]>, Values, Given>;

  /** Adds components that run at the same time, by name. The first that fails ends the others. */
  parallel<const Id extends string, Named extends Cases<ChildOf<Kind>>>(
    id: Id,
    branches: Branches<In<Outputs, Values>, Named>,
  ): Component<Kind, Outputs & Adds<Id, ParallelOutput<Named>>, Values, Given>;

  /** Adds a component whose failure another one takes care of. */
  try<
    const Id extends string,
    Body extends Used<ChildOf<Kind>>,
    Handler extends Used<ChildOf<Kind>> = never,
    Cleanup extends Used<ChildOf<Kind>> = never,
  >(
    id: Id,
    spec: TrySpec<In<Outputs, Values>, Body, Handler, Cleanup>,
  ): Component<Kind, Outputs & Adds<Id, TryOutput<Body, Handler, Cleanup>>, Values, Given>;

  /** The same component with values for its variables, where it is used. They may be references and templates. */
  with(values: { readonly [Name in keyof Given]?: Bindable<Given[Name]> }): Bound<this>;
}

/** What a component that declares none has. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- it has no member of any name
type NoVariables = Readonly<Record<never, never>>;

/** An empty flow: nodes, flows and control flow in sequence. @throws DefinitionError (`DEFINITION_INVALID`). */
export function flow<const Declared extends Variables = NoVariables>(
  id: string,
  options: ComponentOptions<Declared> = {},
): Component<"flow", object, ValuesOf<Declared>, GivenFor<Declared>> {
  return component(empty("flow", id, options));
}

/** An empty agent: nodes, flows, agents and control flow in sequence. @throws DefinitionError (`DEFINITION_INVALID`). */
export function agent<const Declared extends Variables = NoVariables>(
  id: string,
  options: ComponentOptions<Declared> = {},
): Component<"agent", object, ValuesOf<Declared>, GivenFor<Declared>> {
  return component(empty("agent", id, options));
}

type DefinitionOf<Kind extends ComponentKind> = ComponentDefinition & { readonly kind: Kind };

function empty<Kind extends ComponentKind>(
  kind: Kind,
  id: string,
  { description, variables = {}, input, budget }: ComponentOptions,
): DefinitionOf<Kind> {
  const owner = `${kind} ${JSON.stringify(id)}`;
  const declared = declaredVariables(variables, owner);
  const asks = input === undefined ? {} : { input: checkedInput(input, owner) };
  const limits = budget === undefined ? {} : { budget: checkedBudget(budget, owner) };
  return Object.freeze({ kind, id: checkedId(id, kind), description, variables: declared, ...asks, ...limits, elements: Object.freeze([]) });
}

function component<Kind extends ComponentKind, Outputs extends object, Values extends object, Given extends object>(
  definition: DefinitionOf<Kind>,
  ids: ElementIds = noIds(),
): Component<Kind, Outputs, Values, Given> {
  const { kind, elements } = definition;
  const owner = `${kind} "${definition.id}"`;
  const added = (id: string, element: Omit<Element, "id">) => {
    const made = Object.freeze({ id: checkedId(id, owner, ids), ...element });
    return component(Object.freeze({ ...definition, elements: Object.freeze([...elements, made]) }), ids.with(id));
  };
  const blocks = Object.entries(blockMakers).map(([name, make]) => [
    name,
    (id: string, given: never) => added(id, { definition: make(given, sceneIn(definition, ids, id)) }),
  ]);
  return Object.freeze({
    ...definition,
    ...Object.fromEntries(blocks),
    node: (id: string, given: unknown, options: NodeOptions = {}) =>
      added(id, { definition: nodeOf(given, sceneIn(definition, ids, id), id), ...nodeOptions(options, `node ${JSON.stringify(id)} of ${owner}`) }),
    component(id: string, given: unknown, ...others: unknown[]) {
      if (others.length > 0)
        throw new DefinitionError(`${JSON.stringify(id)} of ${owner} takes no options: record settings and policies are for nodes`);
      const { component: child, bindings } = branchOf(given, sceneIn(definition, ids, id));
      return added(id, { definition: child, ...(Object.keys(bindings).length === 0 ? {} : { bindings }) });
    },
    with: (values: Readonly<Record<string, unknown>>): Bound =>
      Object.freeze({ kind: "bound", component: definition, bindings: checkedBindings(values, definition, owner) }),
  });
}

function nodeOptions({ record, ...policy }: NodeOptions, owner: string): Pick<Element, "record" | "policy"> {
  const unknown = Object.keys(policy).find((name) => !POLICIES.has(name));
  if (unknown !== undefined)
    throw new DefinitionError(`${owner} has no option ${JSON.stringify(unknown)}; ${nameHint(unknown, ["record", ...POLICIES])}`, {
      option: unknown,
    });
  return {
    ...(record === undefined ? {} : { record: checkedRecord(record, `the record of ${owner}`) }),
    ...(Object.keys(policy).length === 0 ? {} : { policy: checkedPolicy(policy, owner) }),
  };
}

const POLICIES: ReadonlySet<string> = new Set(Object.keys(NodePolicy.shape));

/** Programs that are not type-checked may give anything. */
function nodeOf(given: unknown, scene: Scene, id: string): NodeDefinition {
  const node = resolved(given, scene);
  if (typeof node === "object" && node !== null && "kind" in node && node.kind === "node") return node as NodeDefinition;
  throw new DefinitionError(`${scene.owner} cannot be ${nameOfGiven(node)}: it takes a node`, { id });
}

function checkedId(id: string, place: string, siblings?: ElementIds): NodeId {
  const parsed = NodeId.safeParse(id);
  if (!parsed.success) throw new DefinitionError(`${place} cannot have the id ${JSON.stringify(id)}: ${parsed.error.issues[0]?.message}`, { id });
  // File systems that ignore case would give both the same directory.
  const twin = siblings?.twin(id);
  if (twin !== undefined) throw new DefinitionError(`${place} has the id "${twin}" already: give "${id}" another name`, { id });
  return parsed.data;
}
