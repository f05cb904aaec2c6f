import { type Json, NodeId } from "@dad/protocol";
import { DefinitionError } from "./errors.ts";
import type { NodeDefinition } from "./node-definition.ts";
import { dataOf, type Reference, referenceTo } from "./reference.ts";

export type ComponentKind = "agent" | "flow";

/** Something in a component, under an id that is unique there. */
export interface Element {
  readonly id: NodeId;
  readonly definition: NodeDefinition | ComponentDefinition;
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
  ): Component<Kind, Outputs & { readonly [Key in Id]: Output }>;
  /** Adds a flow (or, in an agent, another agent), which runs in its place in the sequence. */
  component<const Id extends string>(id: Id, definition: Kind extends "agent" ? ComponentDefinition : FlowDefinition): Component<Kind, Outputs>;
}

export type FlowDefinition = ComponentDefinition & { readonly kind: "flow" };
export type AgentDefinition = ComponentDefinition & { readonly kind: "agent" };

/** What the nodes of a component give, by id. */
export type OutputsOf<Definition> = Definition extends Component<ComponentKind, infer Outputs> ? Outputs : object;

/** An empty flow: nodes and flows in sequence. @throws DefinitionError (`DEFINITION_INVALID`). */
export function flow(id: string, options?: ComponentOptions): Component<"flow"> {
  return component("flow", id, options ?? {}, []);
}

/** An empty agent: nodes, flows and agents in sequence. @throws DefinitionError (`DEFINITION_INVALID`). */
export function agent(id: string, options?: ComponentOptions): Component<"agent"> {
  return component("agent", id, options ?? {}, []);
}

function component<Kind extends ComponentKind, Outputs extends object>(
  kind: Kind,
  id: string,
  options: ComponentOptions,
  elements: readonly Element[],
): Component<Kind, Outputs> {
  const add = (childId: string, definition: Element["definition"]) =>
    component<Kind, never>(kind, id, options, [...elements, Object.freeze({ id: checkedId(childId, `${kind} "${id}"`, elements), definition })]);
  return Object.freeze({
    kind,
    id: checkedId(id, kind),
    description: options.description,
    variables: dataOf(options.variables ?? {}) as Variables,
    elements: Object.freeze(elements),
    node(childId: string, definition: NodeDefinition | ((nodes: never) => NodeDefinition)) {
      return add(childId, typeof definition === "function" ? definition(references(elements) as never) : definition);
    },
    component: add,
  }) as Component<Kind, Outputs>;
}

function references(elements: readonly Element[]): Record<string, unknown> {
  const nodes = elements.filter((element) => element.definition.kind === "node");
  return Object.fromEntries(nodes.map((element) => [element.id, referenceTo(element.id)]));
}

function checkedId(id: string, place: string, siblings: readonly Element[] = []): NodeId {
  const parsed = NodeId.safeParse(id);
  if (!parsed.success) throw new DefinitionError(`${place} cannot have the id ${JSON.stringify(id)}: ${parsed.error.issues[0]?.message}`, { id });
  // File systems that ignore case would give both the same directory.
  const twin = siblings.find((sibling) => sibling.id.toLowerCase() === id.toLowerCase());
  if (twin) throw new DefinitionError(`${place} has the id "${twin.id}" already: give "${id}" another name`, { id });
  return parsed.data;
}
