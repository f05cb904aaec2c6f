import { IsolationPolicy, type IsolationAdapter } from "@dad/isolation";
import { ProjectName } from "@dad/protocol";
import type { SecretSource } from "@dad/secrets";
import { z } from "zod";
import type { Environment } from "./dad-config.ts";
import { ObservabilitySchema } from "./observability-schema.ts";
import { Profiles } from "./profile-schema.ts";

const path = z.string().min(1, "must not be empty");

const Source = z.custom<SecretSource>(isSecretSource, "must be a source of secrets, such as what keychainSecrets() of @dad/secrets-keychain gives");

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
  resources: z.union([path, Profiles], "must be profiles by name, or the path of a file of them").exactOptional(),
  profile: z
    .custom<string | ((env: Environment) => string)>(
      (value) => typeof value === "function" || (typeof value === "string" && value !== ""),
      "must be the name of a profile, or a function of the environment that returns one",
    )
    .exactOptional(),
  secretSources: z.array(Source).exactOptional(),
  isolation: Isolation.exactOptional(),
  outcome: z.union([z.literal(false), Outcome], "must be false, or an object such as { nodes: false }").exactOptional(),
  observability: z
    .union([z.literal(false), ObservabilitySchema], 'must be false, or an object such as { endpoint: "http://localhost:4318" }')
    .exactOptional(),
});

function isAdapter(value: unknown): value is IsolationAdapter {
  if (typeof value !== "object" || value === null) return false;
  const { name, open, probe } = value as Partial<Record<keyof IsolationAdapter, unknown>>;
  return typeof name === "string" && typeof open === "function" && typeof probe === "function";
}

function isSecretSource(value: unknown): value is SecretSource {
  if (typeof value !== "object" || value === null) return false;
  const { scheme, read } = value as Partial<Record<keyof SecretSource, unknown>>;
  return typeof scheme === "string" && typeof read === "function";
}
