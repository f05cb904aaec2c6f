import { IsolationPolicy, type IsolationAdapter } from "@dad/isolation";
import { nearestName, ProjectName } from "@dad/protocol";
import type { ModelResource } from "@dad/resources";
import { z } from "zod";
import type { Environment } from "./dad-config.ts";
import type { ConfigProblem } from "./errors.ts";

const name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/, "must be letters, digits, ., _ or -, and begin with a letter or digit");
const path = z.string().min(1, "must not be empty");

const Model = z.custom<ModelResource | (() => ModelResource)>(
  (value) => typeof value === "function" || isModel(value),
  "must be a model or a function that makes one, such as `() => openRecordedModel({ file })`",
);
const Endpoint = z.custom<URL | string>(
  (value) => value instanceof URL || (typeof value === "string" && URL.canParse(value)),
  "must be an absolute URL, such as https://example.com/v1",
);
const Profile = z.strictObject({
  note: z.string().exactOptional(),
  models: z.record(z.string(), Model).exactOptional(),
  endpoints: z.record(z.string(), Endpoint).exactOptional(),
});

const Adapter = z.custom<IsolationAdapter>(
  isAdapter,
  "must be an isolation adapter, such as what containerIsolation({ image }) of @dad/isolation-container gives",
);
const Isolation = IsolationPolicy.extend({ adapter: Adapter.exactOptional() });

/** git puts `<` and `>` around an address, and leaves out at both ends what is no part of a name. */
const person = z
  .string()
  .max(256, "must have at most 256 characters")
  .regex(/^[^<>\p{Cc}]*$/u, "must be one line without < and >")
  .regex(/[^\s.,:;"'\\<>\p{Cc}]/u, "must have a letter or digit");
const bytes = z.int().positive();
const Outcome = z.strictObject({
  nodes: z.boolean().exactOptional(),
  tags: z.boolean().exactOptional(),
  author: z.strictObject({ name: person, email: person }).exactOptional(),
  revision: z
    .string()
    .regex(/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u, "must be a branch, a tag or a commit, such as main")
    .exactOptional(),
  largeBytes: bytes.exactOptional(),
  fileBytes: bytes.exactOptional(),
  changedBytes: bytes.exactOptional(),
  hardLinks: z.enum(["inside", "any"]).exactOptional(),
  secrets: z.array(z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of a variable of the environment, such as DEPLOY_KEY")).exactOptional(),
});

/** The form of {@link DadConfig}. It never reaches a disk as data, so it is not in the protocol. */
export const ConfigSchema = z.strictObject({
  project: ProjectName.exactOptional(),
  runRoot: path.exactOptional(),
  workspace: path.exactOptional(),
  resources: z.record(name, Profile).exactOptional(),
  profile: z
    .custom<string | ((env: Environment) => string)>(
      (value) => typeof value === "function" || (typeof value === "string" && value !== ""),
      "must be the name of a profile, or a function of the environment that returns one",
    )
    .exactOptional(),
  isolation: Isolation.exactOptional(),
  outcome: z.literal(false).or(Outcome).exactOptional(),
});

const KEYS = {
  config: Object.keys(ConfigSchema.shape),
  profile: Object.keys(Profile.shape),
  isolation: Object.keys(Isolation.shape),
  outcome: Object.keys(Outcome.shape),
};

/** Each problem of a value that is not a config, with its place and, for an unknown key, what was probably meant. */
export function problemsOf({ issues }: Pick<z.ZodError, "issues">): ConfigProblem[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, issue.path));
    const meant = issue.code === "invalid_union" ? ofTheObject(issue) : undefined;
    return meant ? problemsOf({ issues: meant }) : [problemOf(issue)];
  });
}

/** Of what may be one of several things, what is wrong with the object that somebody wrote. */
function ofTheObject({ errors, path }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const found = errors.at(-1)?.filter((issue) => issue.code !== "invalid_type" || issue.path.length > 0) ?? [];
  return found.length === 0 ? undefined : found.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

function problemOf(issue: z.core.$ZodIssue): ConfigProblem {
  const isOutcome = issue.code === "invalid_union" && issue.path.join(".") === "outcome";
  const message = isOutcome ? "must be false, or an object such as { nodes: false }" : messageOf(issue);
  return { path: issue.path.join("."), message };
}

function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

function unknownKey(key: string, parent: readonly PropertyKey[]): ConfigProblem {
  const known = knownAt(parent);
  const meant = nearestName(key, known);
  return { path: [...parent, key].join("."), message: meant ? `unknown key; did you mean ${meant}?` : `unknown key; there are ${known.join(", ")}` };
}

function knownAt(parent: readonly PropertyKey[]): readonly string[] {
  if (parent.length === 0) return KEYS.config;
  if (parent[0] === "outcome") return parent[1] === "author" ? ["name", "email"] : KEYS.outcome;
  if (parent[0] !== "isolation") return KEYS.profile;
  if (parent.length === 1) return KEYS.isolation;
  return parent[1] === "limits" ? Object.keys(IsolationPolicy.shape.limits.unwrap().shape) : [];
}

function isAdapter(value: unknown): value is IsolationAdapter {
  if (typeof value !== "object" || value === null) return false;
  const { name, open, probe } = value as Partial<Record<keyof IsolationAdapter, unknown>>;
  return typeof name === "string" && typeof open === "function" && typeof probe === "function";
}

function isModel(value: unknown): value is ModelResource {
  if (typeof value !== "object" || value === null) return false;
  const { provider, modelId, generate } = value as Partial<Record<keyof ModelResource, unknown>>;
  return typeof provider === "string" && typeof modelId === "string" && typeof generate === "function";
}
