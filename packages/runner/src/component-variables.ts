import { type Bindings, type VariableDefinition, valueOfVariable } from "@dad/agent";
import type { Json, NodePath } from "@dad/protocol";
import { askedVariables } from "./asked-variables.ts";
import { VariableError } from "./errors.ts";
import type { Frame } from "./frame.ts";
import type { Strand } from "./strands.ts";
import { UNKNOWN, unknownYet } from "./unknown.ts";
import type { Given, Place, Walk } from "./walk.ts";

/**
 * A component's own variables: what their schemas make of the values that somebody gave for it from outside, else of those that
 * it is given where it stands, else of its defaults.
 */
export function* variablesOf(walk: Walk, of: Given, place: Place): Strand<Pick<Frame, "variables" | "sources">> {
  const { component, bindings } = of;
  const given = { ...(yield* askedVariables(walk, of, place)), ...walk.host.inputs.variables(place) };
  const variables: Record<string, Json> = {};
  const sources: Record<string, Iterable<NodePath>> = {};
  for (const [name, variable] of Object.entries(component.variables)) {
    const reads = new Set<NodePath>();
    const value = () => (Object.hasOwn(given, name) ? given[name] : boundValue(walk, { name, bindings, value: variable.default, reads }, place));
    variables[name] = ifKnown(walk, () => valueFor(variable, { path: place.path, name }, value()));
    if (reads.size > 0) sources[name] = reads;
  }
  return { variables, sources };
}

/** Only those who read a value depend on it. */
export function ifKnown({ host }: Walk, value: () => Json): Json {
  try {
    return value();
  } catch (error) {
    if (host.foresight && unknownYet(error)) return UNKNOWN;
    throw error;
  }
}

function valueFor(variable: VariableDefinition, own: { readonly path: NodePath; readonly name: string }, value: Json | undefined): Json {
  if (value === UNKNOWN) return UNKNOWN;
  if (value === undefined) throw new VariableError(own, "it has no value: give it one where the component is used, or as a static input");
  const fit = valueOfVariable(variable, value);
  if ("problem" in fit) throw new VariableError(own, `its value does not fit: ${fit.problem}`);
  return fit.data;
}

interface Binding {
  readonly name: string;
  readonly bindings: Bindings;
  /** The default. */
  readonly value: Json | undefined;
  readonly reads: Set<NodePath>;
}

function boundValue({ render }: Walk, { name, bindings, value, reads }: Binding, { path, parent }: Place): Json | undefined {
  const binding = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
  if (binding === undefined) return value;
  try {
    return render(binding, { frame: parent, path, reads });
  } catch (cause) {
    throw new VariableError({ path, name }, "its value cannot be made", { cause });
  }
}
