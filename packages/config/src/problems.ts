import { nearestName } from "@dad/protocol";
import { looksLikeSecret } from "@dad/secrets";
import { z } from "zod";

/** Something that is wrong with a value, and where. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/**
 * Checks a value, and tells each problem with its place and, where something is misspelt, what was probably meant. No message
 * holds anything of the value: it may be a secret.
 */
export function checked<Output>(schema: z.ZodType<Output>, value: unknown): { readonly data: Output } | { readonly problems: readonly Problem[] } {
  const parsed = schema.safeParse(value, { reportInput: true });
  return parsed.success ? { data: parsed.data } : { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, schema)) };
}

function problemsOf(issue: Issue, schema: z.ZodType): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, issue.path, keysAt(schema, issue.path)));
  if (issue.code === "invalid_union") {
    const meant = branchOf(issue);
    if (meant) return meant.flatMap((inner) => problemsOf(inner, schema));
  }
  return [{ path: issue.path, message: messageOf(issue) }];
}

/** For people. Where somebody wrote a key of a service as a name, it is not repeated. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map((step) => (looksLikeSecret(String(step)) ? "…" : String(step))).join(".");
}

function unknownKey(key: string, parent: readonly PropertyKey[], known: readonly string[]): Problem {
  const meant = nearestName(key, known);
  const hint = meant ? `; did you mean ${meant}?` : known.length > 0 ? `; there are ${known.join(", ")}` : "";
  return { path: [...parent, key], message: `unknown key${hint}` };
}

/** Of what may be one of several things, what is wrong with the one that somebody wrote: that whose kind of value it is. */
function branchOf({ errors, path, note }: z.core.$ZodIssueInvalidUnion & { readonly note?: string }): Issue[] | undefined {
  if (note !== undefined) return undefined;
  const isOther = ({ code, path: [first] }: Issue): boolean =>
    first === undefined && (code === "invalid_type" || code === "custom" || code === "invalid_value");
  const [meant] = errors.filter((issues) => !issues.some(isOther)).toSorted((one, other) => one.length - other.length);
  return meant?.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

/** In our own words, where zod has none but its own: those begin so. */
function messageOf(issue: Issue): string {
  if (issue.code === "invalid_key" || issue.code === "invalid_element") return issue.issues[0] ? messageOf(issue.issues[0]) : issue.message;
  if (!/^(Invalid|Too|Unrecognized)\b/.test(issue.message)) return issue.message;
  if (issue.code === "invalid_type") return typeMessage(issue);
  if (issue.code === "invalid_value") return valueMessage(issue);
  if (issue.code === "too_small" || issue.code === "too_big") return boundMessage(issue);
  if (issue.code === "invalid_union") return unionMessage(issue);
  return issue.message.replace(/^Invalid input: /, "");
}

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  bigint: "a whole number",
  boolean: "true or false",
  function: "a function",
  int: "a whole number",
  nan: "a number",
  null: "null",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

function typeMessage({ expected, input }: z.core.$ZodIssueInvalidType): string {
  const wanted = `must be ${TYPES[expected] ?? expected}`;
  if (input === undefined) return `${wanted}, and is missing`;
  const found = typeName(input);
  return TYPES[expected] === found || (expected === "int" && typeof input === "number") ? wanted : `${wanted}, not ${found}`;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return TYPES[typeof value] ?? typeof value;
}

function valueMessage({ values, input }: z.core.$ZodIssueInvalidValue): string {
  const names = values.map(String);
  const meant = typeof input === "string" ? nearestName(input, names) : undefined;
  const listed = values.map((value) => JSON.stringify(value)).join(", ");
  if (meant !== undefined) return `did you mean "${meant}"? There ${names.length === 1 ? "is" : "are"} ${listed}`;
  return names.length === 1 ? `must be ${listed}` : `must be one of ${listed}`;
}

function boundMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [bound, few] = issue.code === "too_small" ? [issue.minimum, "at least"] : [issue.maximum, "at most"];
  if (issue.origin === "string" || issue.origin === "array") {
    const what = issue.origin === "string" ? "characters" : "entries";
    return issue.code === "too_small" && bound === 1 ? "must not be empty" : `must have ${few} ${bound} ${what}`;
  }
  if (issue.inclusive) return `must be ${few} ${bound}`;
  return `must be ${issue.code === "too_small" ? "more" : "less"} than ${bound}`;
}

function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const { errors, input } = issue;
  if ("options" in issue) return `must be one of ${(issue.options as readonly unknown[]).map((option) => JSON.stringify(option)).join(", ")}`;
  const expected = errors.flatMap(([first]) => (first?.code === "invalid_type" ? [TYPES[first.expected] ?? first.expected] : []));
  return `must be ${[...new Set(expected)].join(" or ")}${input === undefined ? ", and is missing" : `, not ${typeName(input)}`}`;
}

/** The keys that an object at a place of a schema may have. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodNullable)
    return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  const [step, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape);
    const member: z.core.$ZodType | undefined = schema.shape[String(step)];
    return member ? keysAt(member, rest) : [];
  }
  if (schema instanceof z.ZodRecord) {
    if (step !== undefined) return keysAt(schema.valueType, rest);
    return schema.keyType instanceof z.ZodEnum ? schema.keyType.options.map(String) : [];
  }
  return schema instanceof z.ZodArray && step !== undefined ? keysAt(schema.element, rest) : [];
}
