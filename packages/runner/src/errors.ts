import type { BlockKind } from "@dad/agent";
import { DadError, type Digest, type Json, messageOf, nameHint, type NodePath } from "@dad/protocol";
import type { ResourceKind } from "@dad/resources";
import type { z } from "zod";

/** `NODE_FAILED`: a node failed for good, and with it its component and the run. `cause` says why. */
export class NodeFailedError extends DadError<"NODE_FAILED"> {
  constructor(path: NodePath, cause: unknown) {
    super("NODE_FAILED", `node ${path} failed: ${messageOf(cause)}`, { cause, details: { path } });
  }
}

/** `BLOCK_FAILED`: a condition, a loop or another block could not do what it is for. `cause` says why. */
export class BlockFailedError extends DadError<"BLOCK_FAILED"> {
  constructor(kind: BlockKind, path: NodePath, cause: unknown) {
    super("BLOCK_FAILED", `${kind} ${path} failed: ${messageOf(cause)}`, { cause, details: { path, kind } });
  }
}

/** `BLOCK_VALUE_INVALID`: what a block decides by is not of the kind that it needs. */
export class BlockValueError extends DadError<"BLOCK_VALUE_INVALID"> {
  constructor(member: string, { value, wanted }: { readonly value: Json; readonly wanted: string }) {
    super("BLOCK_VALUE_INVALID", `its ${member} is ${nameOfValue(value)}, and not ${wanted}`, { details: { member } });
  }
}

const LONGEST_VALUE = 60;

function nameOfValue(value: Json): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** `SWITCH_UNMATCHED`: no case of a switch is for its value, and it has no `otherwise`. */
export class SwitchUnmatchedError extends DadError<"SWITCH_UNMATCHED"> {
  constructor(value: string, hint: string) {
    super("SWITCH_UNMATCHED", `no case is for ${JSON.stringify(value)}, and there is no otherwise; ${hint}`, { details: { value } });
  }
}

/** `LOOP_LIMIT_REACHED`: the condition of a `while` was still true after its bound. */
export class LoopLimitError extends DadError<"LOOP_LIMIT_REACHED"> {
  constructor(max: number) {
    super("LOOP_LIMIT_REACHED", `its condition is still true after ${max} iterations. Raise max, or let it stop there with atMax: "stop"`, {
      details: { max },
    });
  }
}

/** `VARIABLE_INVALID`: a variable of a component has no value, or one that does not fit. */
export class VariableError extends DadError<"VARIABLE_INVALID"> {
  constructor({ path, name }: { readonly path: NodePath; readonly name: string }, problem: string, options: { readonly cause?: unknown } = {}) {
    const because = "cause" in options ? `: ${messageOf(options.cause)}` : "";
    super("VARIABLE_INVALID", `the variable "${name}" of ${path}: ${problem}${because}`, { ...options, details: { path, name } });
  }
}

/** `ATTEMPT_OVER`: something that a node left going wants to record, emit or commit after the node has given what it gives. */
export class AttemptOverError extends DadError<"ATTEMPT_OVER"> {
  constructor({ path, attempt }: { readonly path: NodePath; readonly attempt: number }) {
    super("ATTEMPT_OVER", `attempt ${attempt} of node ${path} is over, and this came later: let the node wait for what it begins`, {
      details: { path, attempt },
    });
  }
}

/** `NODE_SETTINGS_INVALID`: the settings of a node, with its templates rendered, are not what its type takes. */
export class NodeSettingsError extends DadError<"NODE_SETTINGS_INVALID"> {
  constructor(path: NodePath, error: z.ZodError) {
    super("NODE_SETTINGS_INVALID", `the settings of node ${path} do not fit its type: ${problemsOf(error)}`, { details: { path } });
  }
}

/** `NODE_OUTPUT_INVALID`: a node gave a value that its own type does not allow, or that is not JSON. */
export class NodeOutputError extends DadError<"NODE_OUTPUT_INVALID"> {
  constructor(path: NodePath, cause: unknown) {
    super("NODE_OUTPUT_INVALID", `the value that node ${path} gave does not fit its type: ${problemsOf(cause)}`, { details: { path } });
  }
}

/** `NODE_VETOED`: an interceptor decided against a node, or against what it gave. Not tried again unless its retry policy names the code. */
export class NodeVetoedError extends DadError<"NODE_VETOED"> {
  constructor(path: NodePath, { by, reason }: { readonly by: string; readonly reason: string }) {
    super("NODE_VETOED", `${by} vetoed node ${path}: ${reason}`, { details: { path, by, reason } });
  }
}

/** `ARTIFACT_EXISTS`: an attempt of a node keeps two artifacts under one name, or in one place, or one under a name that the runner uses. */
export class ArtifactExistsError extends DadError<"ARTIFACT_EXISTS"> {
  constructor(node: NodePath, name: string, path: string) {
    super(
      "ARTIFACT_EXISTS",
      `node ${node} has an artifact of that name, or one in the place of ${path}, already: give ${JSON.stringify(name)} another name or place`,
      {
        details: { node, name, path },
      },
    );
  }
}

export interface StaticInputProblem {
  readonly message: string;
  /** The input that it is about, by the name, or the whole path, that it was given under. */
  readonly name?: string;
  /** The member of its value that it is about. */
  readonly member?: string;
}

/** `STATIC_INPUT_INVALID`: values given from outside that no node takes. Found before anything runs; it says all that is wrong. */
export class StaticInputError extends DadError<"STATIC_INPUT_INVALID"> {
  readonly problems: readonly StaticInputProblem[];

  constructor(problems: readonly (string | StaticInputProblem)[]) {
    const all = problems.map((problem) => (typeof problem === "string" ? { message: problem } : problem));
    const messages = all.map(({ message }) => message);
    super("STATIC_INPUT_INVALID", messages.join("\n"), { details: { problems: messages } });
    this.problems = all;
  }
}

/** A resource that a node asks for and the profile has not. In loops, the path has `iter_*`. */
export interface MissingResource {
  readonly kind: ResourceKind;
  /** Of a model that is asked for by what it is: that, as JSON. */
  readonly id: string;
  readonly path: string;
  /** Why it is not to be had, where the profile knows it. */
  readonly why?: string;
}

/** `RESOURCE_UNKNOWN`: nodes ask for what the profile of the run has not. Found before anything runs. */
export class ResourcesMissingError extends DadError<"RESOURCE_UNKNOWN"> {
  constructor(missing: readonly MissingResource[], profile: { readonly name: string; ids(kind: ResourceKind): readonly string[] }) {
    const problems = Map.groupBy(
      missing,
      ({ kind, id, why }) =>
        why ?? `there is no ${kind === "tools" ? "source of tools" : kind} ${JSON.stringify(id)}; ${nameHint(id, profile.ids(kind))}`,
    );
    const lines = [...problems].map(([problem, nodes]) => `\n  ${nodes.map(({ path }) => path).join(", ")}: ${problem}`);
    super("RESOURCE_UNKNOWN", `profile "${profile.name}" has not all that nodes ask for:${lines.join("")}`, {
      details: { profile: profile.name, missing: missing.map(({ path, kind, id }) => ({ path, kind, id })) },
    });
  }
}

/** A model that a node asks for, without a price, and whose budget in US dollars holds for it. */
export interface UnknownPrice {
  /** In loops, it has `iter_*`. */
  readonly path: string;
  readonly id: string;
  readonly scope: string;
}

/** `PRICE_UNKNOWN`: a budget is in US dollars, and nodes ask for models of which nobody has said what they cost. Found before anything runs. */
export class PricesUnknownError extends DadError<"PRICE_UNKNOWN"> {
  constructor(unknown: readonly UnknownPrice[], profile: string) {
    const problems = unknown.map(({ path, id, scope }) => `\n  ${path}: model ${JSON.stringify(id)}, under the budget of ${scope}`);
    super(
      "PRICE_UNKNOWN",
      `profile "${profile}" does not say what all models cost that a budget in US dollars holds for: give them a price, or limit tokens or calls instead:${problems.join("")}`,
      { details: { profile, unknown: unknown.map(({ path, id, scope }) => ({ path, id, scope })) } },
    );
  }
}

/** `DEFINITION_CHANGED`: a run is to go on with another definition than the one that it was begun with. */
export class DefinitionChangedError extends DadError<"DEFINITION_CHANGED"> {
  constructor(id: string, digests: { readonly begun: Digest; readonly found: Digest }) {
    super(
      "DEFINITION_CHANGED",
      `the definition of ${id} is not the one that the run was begun with: what is recorded was made by another. Bring the old one back, or allow it to be changed`,
      { details: { id, ...digests } },
    );
  }
}

/** `NODE_OUTCOME_UNKNOWN`: nobody knows whether these nodes did their work, and doing it twice matters. */
export class NodeOutcomeUnknownError extends DadError<"NODE_OUTCOME_UNKNOWN"> {
  constructor(paths: readonly NodePath[]) {
    const [who, they] = paths.length === 1 ? ["this node", "it"] : ["these nodes", "they"];
    super(
      "NODE_OUTCOME_UNKNOWN",
      `nobody knows whether ${who} did what must not be done twice, as the run was interrupted meanwhile: ${paths.join(", ")}. Look, and say whether ${they} did`,
      { details: { paths } },
    );
  }
}

/** `ASSUMPTION_INVALID`: what is said of a node that was interrupted cannot be so. */
export class AssumptionError extends DadError<"ASSUMPTION_INVALID"> {
  constructor(path: string, reason: string) {
    super("ASSUMPTION_INVALID", `node ${path}: ${reason}`, { details: { path } });
  }
}

/** The problems of a zod error in one line, each with its place. */
export function problemsOf(error: unknown): string {
  if (!isZodError(error)) return messageOf(error);
  return error.issues.map((issue) => (issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ${issue.message}` : issue.message)).join("; ");
}

function isZodError(error: unknown): error is z.ZodError {
  return error instanceof Error && "issues" in error && Array.isArray(error.issues);
}

/** `ISOLATION_UNAVAILABLE`: a node has to run in an isolation that this machine cannot give. */
export class NodeIsolationError extends DadError<"ISOLATION_UNAVAILABLE"> {
  constructor(path: string, preset: string, cause: DadError<"ISOLATION_UNAVAILABLE">) {
    super("ISOLATION_UNAVAILABLE", `node ${path} has to run in isolation "${preset}", and ${cause.message}`, {
      cause,
      details: { ...cause.details, path, preset },
    });
  }
}
