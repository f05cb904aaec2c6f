import type { Question } from "@dad/agent";
import {
  digestOfJson,
  type InputChoice,
  InputId,
  InputKey,
  type InputRequest,
  type InputTimeout,
  isJsonObject,
  type Json,
  messageOf,
  type NodePath,
} from "@dad/protocol";
import { z } from "zod";
import { type Redacting, withoutSecrets } from "../without-secrets.ts";

/** A question as it can be asked in another process, but for its id and the time until which it may be answered. */
// `Omit` would lose the known keys of a loose object.
export type Asked = {
  readonly [Key in keyof InputRequest as string extends Key ? never : Key extends "id" | "expiresAt" ? never : Key]: InputRequest[Key];
};

/** Says what a schema takes, in a form that another process understands. */
export type DescribeSchema = (schema: z.ZodType, owner: string) => Record<string, Json>;

/** Looks at each schema once: those of a definition are asked for again and again. */
export function schemaDescriber(): DescribeSchema {
  const described = new WeakMap<z.ZodType, Record<string, Json>>();
  return (schema, owner) => {
    const known = described.get(schema) ?? schemaFor(schema, owner);
    described.set(schema, known);
    return known;
  };
}

/** @throws TypeError for a question that cannot be asked so. */
export function askedOf(path: NodePath, question: Question, describe: DescribeSchema): Asked {
  const { prompt, as } = question;
  const key = InputKey.safeParse(question.key);
  if (!key.success) throw new TypeError(`the key of a question of ${path} is ${JSON.stringify(question.key)}: ${key.error.issues[0]?.message}`);
  const owner = `the question "${key.data}" of ${path}`;
  if (typeof prompt !== "string" || prompt === "") throw new TypeError(`${owner} has no prompt`);
  const schema = describe(question.schema, owner);
  const choices = question.choices?.map(choiceOf);
  if (choices?.length === 0) throw new TypeError(`${owner} has no choices: leave them out, or give some`);
  for (const { value } of choices ?? []) assertChoice(question.schema, value, owner);
  const onTimeout = timeoutOf(question, owner);
  const asks = { prompt, schema, ...(choices ? { choices } : {}) };
  return { path, key: key.data, ...asks, ...(as ? { as } : {}), ...(onTimeout ? { onTimeout } : {}), question: digestOfJson(asks) };
}

/** The same without secrets, as it is recorded, and asked. */
export function askedWithout(asked: Asked, run: Redacting): Asked {
  const { prompt, schema, choices } = asked;
  const asks = { prompt, schema, ...(choices ? { choices } : {}) };
  const redacted = withoutSecrets(asks as Json, run) as typeof asks;
  return redacted === asks ? asked : { ...asked, ...redacted, question: digestOfJson(redacted) };
}

/** Nobody could give another one. @throws TypeError. */
function assertChoice(schema: z.ZodType, value: Json, owner: string): void {
  const { error } = (schema instanceof z.ZodArray ? (schema.element as z.ZodType) : schema).safeParse(value);
  if (error) throw new TypeError(`${owner} has a choice that its schema does not take, ${JSON.stringify(value)}: ${z.prettifyError(error)}`);
}

/** The first is called by its key alone. */
export function requestId({ path, key }: Pick<Asked, "path" | "key">, number: number): InputId {
  return InputId.parse(number === 1 ? `${path}:${key}` : `${path}:${key}@${number}`);
}

/** @throws what zod throws for one that JSON Schema cannot say. */
export function schemaOf(schema: z.ZodType): Record<string, Json> {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: "input", reused: "inline" });
  return JSON.parse(JSON.stringify(described)) as Record<string, Json>;
}

function schemaFor(schema: z.ZodType, owner: string): Record<string, Json> {
  try {
    return schemaOf(schema);
  } catch (cause) {
    throw new TypeError(`${owner} has a schema that cannot be described to another process: ${messageOf(cause)}`, { cause });
  }
}

function choiceOf(choice: unknown): InputChoice {
  if (isJsonObject(choice)) {
    const { value, label, hint } = choice as Partial<InputChoice>;
    if (value !== undefined && typeof label === "string") return { value, label, ...(hint === undefined ? {} : { hint }) };
  }
  return { value: choice as Json, label: typeof choice === "string" ? choice : JSON.stringify(choice) };
}

/** @throws TypeError for what the schema does not take. */
function timeoutOf({ expiresIn, onTimeout, schema }: Question, owner: string): InputTimeout | undefined {
  if (expiresIn === undefined) {
    if (onTimeout !== undefined) throw new TypeError(`${owner} says what happens when nobody answers in time, and not in which: give expiresIn`);
    return undefined;
  }
  if (onTimeout === "deny" && !schema.safeParse(false).success) throw new TypeError(`${owner} cannot be denied: its schema does not take false`);
  if (typeof onTimeout !== "object") return onTimeout ?? "fail";
  const fit = schema.safeParse(onTimeout.default);
  if (!fit.success) throw new TypeError(`${owner} has a default that does not fit: ${z.prettifyError(fit.error)}`);
  return "default";
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds. @throws TypeError for what is no duration. */
export function durationOf(given: number | string): number {
  const [, amount, unit] = typeof given === "string" ? (/^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(given.trim()) ?? []) : ["", String(given), "ms"];
  const ms = Number(amount) * UNITS[(unit ?? "ms") as keyof typeof UNITS];
  if (amount === undefined || !Number.isFinite(ms) || ms < 0)
    throw new TypeError(`expiresIn is ${JSON.stringify(given)}: give milliseconds, or a text such as 90s, 30m, 12h or 7d`);
  return ms;
}
