import { type ComponentDefinition, definitionAt, EVERY_ITERATION, iterationOf } from "@dad/agent";
import { type InputId, isJsonObject, type Json, type StaticInputs } from "@dad/protocol";
import { requestNameOf } from "./static-input-name.ts";

/** Static inputs, as a walk finds them. Those of one iteration come before those of every iteration. */
export interface StaticInputIndex {
  /** What was given for a node. */
  node(at: InputPlace): Json | undefined;
  /** What was given for the variables of a component. */
  variables(at: InputPlace): Readonly<Record<string, Json>>;
  /** What was given for what something asks, by key. `undefined` where nothing was. */
  answers(at: InputPlace): Readonly<Record<string, Json>> | undefined;
  /** The same for one request, whatever it asks under its key. */
  answer(request: InputId): Json | undefined;
}

export interface InputPlace {
  readonly path: string;
  /** The path with `iter_*` for iterations. */
  readonly pattern: string;
}

/** @param inputs By whole path, in which `iter_*` stands for each iteration of a loop. */
export function staticInputIndex(root: ComponentDefinition, inputs: StaticInputs): StaticInputIndex {
  const all = Object.entries(inputs).map(([name, value]) => ({ request: requestNameOf(name), name, value }));
  const given = givenBy(
    root,
    all.flatMap(({ request, name, value }) => (request ? [] : [{ path: name, value }])),
  );
  const answered = givenBy(
    root,
    all.flatMap(({ request, value }) => (request ? [{ path: request.owner, value: { [request.key]: value } }] : [])),
  );
  const answers = (at: InputPlace): Readonly<Record<string, Json>> | undefined => {
    const found = answered(at);
    return found.length === 0 ? undefined : (Object.assign({}, ...found) as Record<string, Json>);
  };
  return {
    node: (at) => given(at).at(-1),
    variables: (at) => Object.assign({}, ...given(at).filter(isJsonObject)) as Record<string, Json>,
    answers,
    answer(request) {
      const { owner: path, key } = requestNameOf(request) ?? { owner: request, key: "" };
      const [name = ""] = key.split("@");
      const found = answers({ path, pattern: patternOf(root, path) });
      return found && Object.hasOwn(found, name) ? found[name] : undefined;
    },
  };
}

interface Entry {
  readonly path: string;
  readonly value: Json;
}

/** Finds what was given for something, that for its own iteration last. */
function givenBy(root: ComponentDefinition, entries: readonly Entry[]): (at: InputPlace) => readonly Json[] {
  const byPattern = Map.groupBy(entries, ({ path }) => patternOf(root, path));
  for (const given of byPattern.values()) given.sort((left, right) => compareSpeciality(left.path, right.path));
  return ({ path, pattern }) => (byPattern.get(pattern) ?? []).filter((entry) => covers(entry.path, path)).map(({ value }) => value);
}

/** A path with `iter_*` where it goes through a loop. */
function patternOf(root: ComponentDefinition, path: string): string {
  const steps = path.split(".");
  return steps.map((step, at) => (iterationOf(step) !== undefined && isLoop(root, steps.slice(0, at)) ? EVERY_ITERATION : step)).join(".");
}

function isLoop(root: ComponentDefinition, steps: readonly string[]): boolean {
  const kind = definitionAt(root, steps.join("."))?.kind;
  return kind === "for_each" || kind === "map" || kind === "while";
}

/** Whether what was given for a path is for this one. */
function covers(given: string, path: string): boolean {
  const steps = path.split(".");
  return given.split(".").every((step, at) => step === EVERY_ITERATION || step === steps[at]);
}

/** Those that name an iteration come after those that name all, the outermost loop first. */
export function compareSpeciality(left: string, right: string): number {
  const [ours, theirs] = [left.split("."), right.split(".")];
  const at = ours.findIndex((step, index) => (step === EVERY_ITERATION) !== (theirs[index] === EVERY_ITERATION));
  if (at < 0) return 0;
  return ours[at] === EVERY_ITERATION ? -1 : 1;
}
