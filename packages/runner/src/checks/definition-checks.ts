import {
  type ComponentDefinition,
  EVERY_ITERATION,
  isBlock,
  misfit,
  type NodeDefinition,
  outputMisfit,
  type Reading,
  valueOfVariable,
} from "@dad/agent";
import { type Json, messageOf, nameHint, RelativePath } from "@dad/protocol";
import type { z } from "zod";
import { placeRefusal } from "@dad/run-context";
import { decisionProblems } from "./decision-checks.ts";
import { schemaOf } from "../waiting/request-of.ts";
import { recordChecks } from "./record-checks.ts";
import { checkTemplates } from "./template-checks.ts";

/** Everything that is wrong in a definition, each with its path. @param placed All that there is in it. */
export function definitionChecks(placed: Reading["placed"]): string[] {
  const recordProblems = recordChecks(placed);
  return [...placed.values()].flatMap((reader) => {
    const { definition, path } = reader;
    const reading = { reader, placed };
    const problems =
      definition.kind === "node"
        ? [...roomProblems(path), ...nodeProblems(definition, reading), ...recordProblems(reader)]
        : isBlock(definition)
          ? decisionProblems(definition, reading)
          : [...bindingProblems(definition, reading), ...askedProblems(definition)];
    return problems.map((problem) => `${path}: ${problem}`);
  });
}

/** What a run keeps of a node lies below its directory, under names of at most so many characters. */
const LONGEST_BELOW = 100;
const LAST_ITERATION = "iter_999999999";

function roomProblems(path: string): readonly string[] {
  const longest = path.replaceAll(EVERY_ITERATION, LAST_ITERATION);
  const below = `${longest.replaceAll(".", "/")}/${"x".repeat(LONGEST_BELOW)}`;
  const { error } = RelativePath.safeParse(below);
  const refusal = error ? undefined : placeRefusal(below);
  if (refusal !== undefined)
    return [
      `its place in the run directory cannot be a node's: what is in ${path.split(".")[0]} is kept for the run itself; give that component another id`,
    ];
  if (!error) return [];
  return [`its path may have ${longest.length} characters, and leaves no room for the names of what is kept of it: give shorter ids`];
}

function nodeProblems({ settings, nodeType }: NodeDefinition, reading: Reading): string[] {
  const { onFailure, idempotencyKey, input } = reading.reader.use.policy ?? {};
  const named = (name: string, problems: readonly string[]) => problems.map((problem) => `${name}: ${problem}`);
  return [
    ...valueProblems(settings, reading, (value) => misfit(nodeType.settings, value)),
    ...(typeof onFailure === "object"
      ? named(
          "onFailure.fallback",
          valueProblems(onFailure.fallback, reading, (value) => outputMisfit(nodeType.output, value)),
        )
      : []),
    ...(input === undefined ? [] : named("input", requiredProblems(nodeType))),
    ...(idempotencyKey === undefined ? [] : named("idempotencyKey", checkTemplates(idempotencyKey, reading).problems)),
  ];
}

/** Somebody can be asked only for what there is, and what can be said in another process. */
function requiredProblems({ type, input }: NodeDefinition["nodeType"]): readonly string[] {
  if (input === undefined) return [`it is required, and the type "${type}" takes none: leave it out, or declare the input of the type`];
  return describable(input);
}

function askedProblems({ input, variables }: ComponentDefinition): string[] {
  if (input === undefined) return [];
  const open = Object.entries(variables).filter(([, variable]) => variable.default === undefined);
  if (open.length === 0) return ["input: it is required, and every variable has a default: declare one without, with variable(schema)"];
  return open.flatMap(([name, { schema }]) => (schema ? describable(schema).map((problem) => `variable "${name}": ${problem}`) : []));
}

function describable(schema: z.ZodType): readonly string[] {
  try {
    schemaOf(schema);
    return [];
  } catch (error) {
    return [`it has a schema that cannot be described to another process: ${messageOf(error)}`];
  }
}

/** What is wrong in the templates of a value, and with what it is when nothing in it is decided at run time. */
function valueProblems(value: Json, reading: Reading, misfitOf: (rendered: Json) => string | undefined): readonly string[] {
  const { problems, rendered } = checkTemplates(value, reading);
  const problem = rendered === undefined ? undefined : misfitOf(rendered);
  return problem === undefined ? problems : [...problems, problem];
}

function bindingProblems({ variables }: ComponentDefinition, reading: Reading): string[] {
  return Object.entries(reading.reader.use.bindings ?? {}).flatMap(([name, value]) => {
    const found = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (found === undefined) return [`there is no variable "${name}" to be given; ${nameHint(name, Object.keys(variables))}`];
    const problems = valueProblems(value, reading, (rendered) => {
      const fit = valueOfVariable(found, rendered);
      return "problem" in fit ? `does not fit: ${fit.problem}` : undefined;
    });
    return problems.map((problem) => `variable "${name}": ${problem}`);
  });
}
