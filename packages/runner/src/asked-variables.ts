import { type ComponentDefinition, type Definition, isBlock, type Question } from "@dad/agent";
import { type NodeOutcome, stoppedOutcome } from "@dad/engine";
import { isJsonObject, type Json, type NodePath } from "@dad/protocol";
import { RunWaitingError } from "@dad/run-context";
import { z } from "zod";
import type { Attempt } from "./attempt.ts";
import { VariableError } from "./errors.ts";
import { settled, type Strand, StrandCancelled } from "./strands.ts";
import { UNKNOWN } from "./unknown.ts";
import type { Given, Place, Walk } from "./walk.ts";
import { INPUT_KEY, promptFor } from "./waiting/required-input.ts";

/** What is asked for the variables of a component: one question. */
export function questionFor({ variables, input }: ComponentDefinition, path: NodePath, names: readonly string[]): Question {
  const schema = z.object(Object.fromEntries(names.map((name) => [name, variables[name]?.schema ?? z.json()])));
  return { key: INPUT_KEY, schema, prompt: promptFor(input, `Values for ${names.join(", ")} of ${path}`) };
}

/** Asks somebody for variables of a component, which is no attempt of a node. */
export async function askedOutcome(
  { call, scope: { run }, signal, waits, requests }: Asking,
  definition: Definition | undefined,
): Promise<NodeOutcome> {
  const { path, attempt, asks = [] } = call;
  const question = questionFor(componentAt(path, definition), path, asks);
  const answered = requests.ask({ path, attempt, signal, waits }, question).then(
    (value): NodeOutcome => ({ status: "completed", value }),
    (error: unknown) => stoppedOutcome(signal, error),
  );
  const ended = await Promise.race([answered, waits.parked]);
  return "status" in ended ? ended : { status: "cancelled", error: new RunWaitingError(run.env.runId, ended.all) };
}

type Asking = Pick<Attempt, "call" | "scope" | "signal" | "waits" | "requests">;

/** @throws TypeError where there is none. */
export function componentAt(path: NodePath, definition: Definition | undefined): ComponentDefinition {
  if (definition !== undefined && definition.kind !== "node" && !isBlock(definition)) return definition;
  throw new TypeError(`the definition has no component ${path}`);
}

/** Asks for the values that nobody gave. The first attempt of each walk: what was answered is on record. */
export function* askedVariables({ host, engine, lane }: Walk, { component, bindings }: Given, place: Place): Strand<Record<string, Json>> {
  if (component.input === undefined) return {};
  const given = host.inputs.variables(place);
  const has = (values: object, name: string): boolean => Object.hasOwn(values, name);
  const asks = Object.entries(component.variables).flatMap(([name, { default: usual }]) =>
    usual !== undefined || has(bindings, name) || has(given, name) ? [] : [name],
  );
  const [first] = asks;
  if (first === undefined) return {};
  const { path } = place;
  const outcome = yield* settled(engine.start({ path, attempt: 1, settings: null, asks }), lane);
  if (outcome.status === "cancelled") throw new StrandCancelled(outcome.error);
  if (outcome.status !== "completed") throw new VariableError({ path, name: first }, "its value cannot be asked for", { cause: outcome.error });
  if (outcome.value === UNKNOWN) return Object.fromEntries(asks.map((name) => [name, UNKNOWN]));
  return isJsonObject(outcome.value) ? { ...outcome.value } : {};
}
