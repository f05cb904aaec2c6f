import { DefinitionError } from "@dad/agent";
import { type Json, messageOf } from "@dad/protocol";
import { z } from "zod";

export type JsonSchema = { readonly [key: string]: Json };

/**
 * A schema as the JSON Schema that models are told: closed objects, and `anyOf` for alternatives, which providers take where
 * they refuse `oneOf`.
 *
 * @param what - What to call it in an error.
 * @throws TypeError for what is no zod schema, DefinitionError (`DEFINITION_INVALID`) that names the member that JSON Schema cannot say.
 */
export function modelSchema(schema: z.ZodType, what: string): JsonSchema {
  if (!(schema instanceof z.ZodType)) throw new TypeError(`${what} is no zod schema`);
  try {
    const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: "input", override: ({ jsonSchema }) => adapt(jsonSchema) });
    return described as JsonSchema;
  } catch (cause) {
    throw new DefinitionError(`no model can be told ${what}: ${whyUntellable(schema, cause)}`, {}, { cause });
  }
}

function adapt(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.type === "object" && schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  if (schema.oneOf && !schema.anyOf) {
    schema.anyOf = schema.oneOf;
    delete schema.oneOf;
  }
}

interface Untellable {
  readonly member: string;
  readonly problem: string;
  /** Whether it cannot be told by itself, and not because of what is in it. */
  readonly own: boolean;
}

/** Why a schema cannot be told, after the member that it is about, unless it is about the whole. */
function whyUntellable(schema: z.ZodType, error: unknown): string {
  const found = untellableIn(schema);
  const { member, problem } = found.find(({ own }) => own) ?? found[0] ?? { member: "", problem: messageOf(error) };
  return member === "" ? problem : `${member}: ${problem}`;
}

function untellableIn(schema: z.ZodType): readonly Untellable[] {
  const found: Untellable[] = [];
  try {
    z.toJSONSchema(schema, {
      io: "input",
      unrepresentable: "any",
      override({ zodSchema, jsonSchema, path }) {
        const problem = problemOf(zodSchema);
        if (problem !== undefined) found.push({ member: memberAt(path).replace(/^\./, ""), problem, own: Object.keys(jsonSchema).length === 0 });
      },
    });
  } catch {
    // There is more to it than a member: what it was refused for says it.
  }
  return found;
}

function problemOf(schema: z.core.$ZodType): string | undefined {
  try {
    z.toJSONSchema(schema, { io: "input" });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Which member of a value a place in a JSON Schema is about. */
function memberAt([keyword, name, ...rest]: readonly (string | number)[]): string {
  if (keyword === undefined) return "";
  if (keyword === "properties") return `.${name}${memberAt(rest)}`;
  const inner = name === undefined ? [] : [name, ...rest];
  return keyword === "items" || keyword === "additionalProperties" ? `[]${memberAt(inner)}` : memberAt(inner);
}

const MOST_PROBLEMS = 5;

/**
 * What does not fit a schema, each with its place, for people and for models. Of what may be one of several things: what is
 * wrong with it as the one that it is most like, or what it may be.
 */
export function problemsOf({ issues }: z.ZodError): string {
  const problems = issues.flatMap((issue) => problemsIn(issue, []));
  const more = problems.length - MOST_PROBLEMS;
  return [...problems.slice(0, MOST_PROBLEMS), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

function problemsIn(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  const errors = issue.code === "invalid_union" && issue.message === "Invalid input" ? issue.errors : [];
  const [likest] = errors.filter((issues) => !issues.some(isOfAnotherKind)).toSorted((left, right) => left.length - right.length);
  if (likest) return likest.flatMap((inner) => problemsIn(inner, path));
  const message = errors.length === 0 ? issue.message : `expected ${errors.flat().flatMap(expectedBy).join(" or ")}`;
  return [path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`];
}

function isOfAnotherKind(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

function expectedBy(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === "invalid_value") return issue.values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value)));
  return issue.code === "invalid_type" ? [issue.expected] : [];
}
