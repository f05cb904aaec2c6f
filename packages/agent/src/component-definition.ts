import { type Json, nameHint, NodeId } from "@dad/protocol";
import { dataOf } from "./data.ts";
import { DefinitionError } from "./errors.ts";
import { nameOfGiven } from "./given.ts";
import type { NodeDefinition } from "./node-definition.ts";
import { checkedRecord, type RecordSettings } from "./record-settings.ts";
import { type Reference, referenceTo } from "./reference.ts";

export type ComponentKind = "agent" | "flow";

/** Something in a component, under an id that is unique there and is its step in the paths of a run. */
export interface Element {
  readonly id: NodeId;
  readonly definition: NodeDefinition | ComponentDefinition;
  /** Of a node: what of it is shown. */
  readonly record?: RecordSettings;
}

export interface NodeOptions {
  /** What of the node people see in the directory of a run, where and in which format. Default: all of it, in the node's own directory. */
  readonly record?: RecordSettings;
}

/** Values that the templates of a component and of everything in it may use as `$var{name}`. */
export type Variables = Readonly<Record<string, Json>>;

/** A sequence of elements. Data: immutable, and the same definition may run any number of times at once. */
export interface ComponentDefinition {
  readonly kind: ComponentKind;
  readonly id: NodeId;
  readonly description: string | undefined;
  readonly variables: Variables;
  readonly elements: readonly Element[];
}

export interface ComponentOptions {
  readonly description?: string;
  readonly variables?: Variables;
}

type References<Outputs> = { readonly [Id in keyof Outputs]: Reference<Outputs[Id]> };

/**
 * A component that can be added to. Each call gives a new definition; nothing is changed in place.
 * `Outputs` collects what the nodes so far give, so that a reference to a node that is not there does
 * not compile.
 */
export interface Component<Kind extends ComponentKind = ComponentKind, Outputs extends object = object> extends ComponentDefinition {
  readonly kind: Kind;
  /** Adds a node. Settings that refer to earlier nodes are given as a function of them. */
  node<const Id extends string, Output>(
    id: Id,
    definition: NodeDefinition<Output> | ((nodes: References<Outputs>) => NodeDefinition<Output>),
    options?: NodeOptions,
  ): Component<Kind, Outputs & { readonly [Key in Id]: Output }>;
  /**
   * Adds a flow (or, in an agent, another agent), which runs in its place in the sequence. To later nodes
   * it is an object of what its own elements gave: `nodes.fix.plan.operations`.
   */
  component<const Id extends string, Child extends (Kind extends "agent" ? ComponentDefinition : FlowDefinition)>(
    id: Id,
    definition: Child,
  ): Component<Kind, Outputs & { readonly [Key in Id]: OutputsOf<Child> }>;
}

export type FlowDefinition = ComponentDefinition & { readonly kind: "flow" };
export type AgentDefinition = ComponentDefinition & { readonly kind: "agent" };

/** What the elements of a component give, by id. */
export type OutputsOf<Definition> = Definition extends Component<ComponentKind, infer Outputs> ? Outputs : object;

/** An empty flow: nodes and flows in sequence. @throws DefinitionError (`DEFINITION_INVALID`). */
export function flow(id: string, options: ComponentOptions = {}): Component<"flow"> {
  return component(empty("flow", id, options));
}

/** An empty agent: nodes, flows and agents in sequence. @throws DefinitionError (`DEFINITION_INVALID`). */
export function agent(id: string, options: ComponentOptions = {}): Component<"agent"> {
  return component(empty("agent", id, options));
}

type DefinitionOf<Kind extends ComponentKind> = ComponentDefinition & { readonly kind: Kind };

function empty<Kind extends ComponentKind>(kind: Kind, id: string, { description, variables = {} }: ComponentOptions): DefinitionOf<Kind> {
  const owner = `${kind} ${JSON.stringify(id)}`;
  return { kind, id: checkedId(id, kind), description, variables: checkedVariables(variables, owner), elements: Object.freeze([]) };
}

function component<Kind extends ComponentKind, Outputs extends object>(definition: DefinitionOf<Kind>): Component<Kind, Outputs> {
  const { kind, elements } = definition;
  const owner = `${kind} "${definition.id}"`;
  const add = (id: string, child: Element["definition"], options: NodeOptions = {}) => {
    if (!isElement(child)) throw new DefinitionError(`${owner} cannot hold as ${JSON.stringify(id)} ${nameOfGiven(child)}`, { id });
    if (kind === "flow" && child.kind === "agent")
      throw new DefinitionError(`${owner} cannot hold the agent "${child.id}": a flow holds nodes and flows`, { id });
    const own = optionsOf(child, options, `node ${JSON.stringify(id)} of ${owner}`);
    const element: Element = Object.freeze({ id: checkedId(id, owner, elements), definition: child, ...own });
    return component<Kind, never>({ ...definition, elements: Object.freeze([...elements, element]) });
  };
  return Object.freeze({
    ...definition,
    node(id: string, child: NodeDefinition | ((nodes: never) => NodeDefinition), options?: NodeOptions) {
      return add(id, typeof child === "function" ? child(references(elements, `${owner}, before "${id}",`) as never) : child, options);
    },
    component: (id: string, child: ComponentDefinition) => add(id, child),
  }) as Component<Kind, Outputs>;
}

function optionsOf({ kind }: Element["definition"], { record, ...others }: NodeOptions, owner: string): NodeOptions {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new DefinitionError(`${owner} has no option ${JSON.stringify(unknown)}; ${nameHint(unknown, ["record"])}`, { option: unknown });
  if (record === undefined) return {};
  if (kind !== "node") throw new DefinitionError(`${owner} is a ${kind}, and only a node has record settings: give them to its nodes`);
  return { record: checkedRecord(record, `the record of ${owner}`) };
}

/** Programs that are not type-checked may give anything. */
function isElement(child: unknown): boolean {
  const kind = typeof child === "object" && child !== null && "kind" in child ? child.kind : undefined;
  return kind === "node" || kind === "flow" || kind === "agent";
}

/** References to the elements so far. Programs that are not type-checked get an error for another name too, not `undefined`. */
function references(elements: readonly Element[], place: string): Readonly<Record<string, unknown>> {
  const ids = elements.map((element) => element.id);
  const known = Object.fromEntries(ids.map((id) => [id, referenceTo(id)]));
  return new Proxy(known, {
    get(target, id) {
      if (typeof id === "symbol" || Object.hasOwn(target, id)) return Reflect.get(target, id) as unknown;
      throw new DefinitionError(`${place} has no element "${id}" to refer to: there ${ids.length === 0 ? "is none" : `are ${ids.join(", ")}`}`, {
        id,
      });
    },
  });
}

/** What `$var{…}` can name. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function checkedVariables(variables: Variables, owner: string): Variables {
  const illegal = Object.keys(variables).find((name) => !VARIABLE.test(name));
  if (illegal !== undefined) {
    throw new DefinitionError(
      `${owner} cannot have the variable ${JSON.stringify(illegal)}: a name has letters, digits and '_', and begins with no digit`,
      { name: illegal },
    );
  }
  return dataOf(variables, `the variables of ${owner}`) as Variables;
}

function checkedId(id: string, place: string, siblings: readonly Element[] = []): NodeId {
  const parsed = NodeId.safeParse(id);
  if (!parsed.success) throw new DefinitionError(`${place} cannot have the id ${JSON.stringify(id)}: ${parsed.error.issues[0]?.message}`, { id });
  // File systems that ignore case would give both the same directory.
  const twin = siblings.find((sibling) => sibling.id.toLowerCase() === id.toLowerCase());
  if (twin) throw new DefinitionError(`${place} has the id "${twin.id}" already: give "${id}" another name`, { id });
  return parsed.data;
}
