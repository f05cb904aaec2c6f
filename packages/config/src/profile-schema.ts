import { BudgetLimits, WrittenModelSettings } from "@dad/protocol";
import type { ModelPrice, ModelResource, ToolSource } from "@dad/resources";
import { z } from "zod";

const profileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/, "must be letters, digits, ., _ or -, and begin with a letter or digit");

const text = z.string().min(1);
const whole = z.int().positive();
const number = z.number().nonnegative();
const texts = z.record(text, z.string());

const Url = z.custom<URL | string>(
  (value) => value instanceof URL || (typeof value === "string" && URL.canParse(value)),
  "must be an absolute URL, such as https://example.com/v1",
);
const HttpUrl = z.custom<string>(
  (value) => typeof value === "string" && URL.canParse(value) && /^https?:/i.test(value),
  "must be an absolute URL of http or https, such as https://example.com/v1",
);

const Limits = z.strictObject({
  concurrency: whole.exactOptional(),
  requestsPerMinute: z.number().positive().exactOptional(),
  tokensPerMinute: z.number().positive().exactOptional(),
});
const Retry = z.strictObject({
  attempts: whole.exactOptional(),
  delayMs: number.exactOptional(),
  maxDelayMs: number.exactOptional(),
});

const Price = z.strictObject({
  inputPerMTok: number,
  outputPerMTok: number,
  cachedInputPerMTok: number.exactOptional(),
  cacheWritePerMTok: number.exactOptional(),
}) satisfies z.ZodType<ModelPrice>;

/** What models cost, by `provider/model` or by the name of the model: also the form of a file of prices. */
export const Prices = z.record(text, Price);

const ModelData = z.strictObject({
  provider: z.union([text, z.array(text).min(1)]).exactOptional(),
  model: text,
  settings: WrittenModelSettings.exactOptional(),
  price: Price.exactOptional(),
  maxOutputTokens: whole.exactOptional(),
  limits: Limits.exactOptional(),
  timeoutMs: z.number().positive().exactOptional(),
  retry: Retry.exactOptional(),
  fallbacks: z.array(text).exactOptional(),
});
const MadeModel = z.custom<ModelResource | (() => ModelResource)>((value) => typeof value === "function" || isModel(value));
const Model = z.union(
  [MadeModel, ModelData],
  'must be a model as data, such as { model: "gpt-5" }, or a model, or a function that makes one, such as `() => openRecordedModel({ file })`',
);

/** That a text which stands for a secret is a reference is looked at where the whole is known. */
const SecretValue = z.strictObject({ secret: text });
export const TextOrSecret = z.union([z.string(), SecretValue], 'must be a text, or a secret such as { secret: "env:NAME" }');
const TextsOrSecrets = z.record(text, TextOrSecret);

const Provider = z.strictObject({
  package: text.exactOptional(),
  apiKey: text.exactOptional(),
  baseURL: HttpUrl.exactOptional(),
  headers: TextsOrSecrets.exactOptional(),
  options: z.record(text, z.unknown()).exactOptional(),
  limits: Limits.exactOptional(),
});

const ToolServer = z
  .strictObject({
    command: z.array(text).min(1).exactOptional(),
    cwd: text.exactOptional(),
    env: TextsOrSecrets.exactOptional(),
    url: HttpUrl.exactOptional(),
    headers: TextsOrSecrets.exactOptional(),
    only: z.array(text).exactOptional(),
  })
  .check(({ value, issues }) => {
    const say = (message: string): void =>
      void issues.push({ code: "custom", path: [value.url === undefined ? "command" : "url"], message, input: value });
    if ((value.command === undefined) === (value.url === undefined))
      return say("give either `command`, which starts the server, or the `url` of one");
    const others = value.command ? (["headers"] as const) : (["env", "cwd"] as const);
    for (const other of others) if (value[other] !== undefined) say(`\`${other}\` is for a server with \`${value.command ? "url" : "command"}\``);
  });
const OpenTools = z.custom<ToolSource>(isToolSource);
const Tools = z.union([OpenTools, ToolServer], 'must be a server of tools, such as { command: ["npx", "some-mcp-server"] } or { url: "https://…" }');

const Maker = z.custom<() => unknown>((value) => typeof value === "function", "must be a function that makes it");

const Profile = z.strictObject({
  extends: z.union([text, z.array(text)], "must be the name of a profile, or a list of names").exactOptional(),
  note: z.string().exactOptional(),
  models: z.record(text, Model).exactOptional(),
  providers: z.record(text, Provider).exactOptional(),
  endpoints: z.record(text, Url).exactOptional(),
  secrets: texts.exactOptional(),
  tools: z.record(text, Tools).exactOptional(),
  prices: z.union([text, Prices], "must be prices by the names of models, or the path of a file of them").exactOptional(),
  budget: BudgetLimits.exactOptional(),
  others: z.record(text, z.record(text, Maker)).exactOptional(),
});

/** Profiles by name: `resources` of a config, and the whole of a resources file. */
export const Profiles = z.record(profileName, Profile);

function isModel(value: unknown): value is ModelResource {
  if (typeof value !== "object" || value === null) return false;
  const { provider, modelId, generate } = value as Partial<Record<keyof ModelResource, unknown>>;
  return typeof provider === "string" && typeof modelId === "string" && typeof generate === "function";
}

function isToolSource(value: unknown): value is ToolSource {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as Partial<Record<keyof ToolSource, unknown>>).open === "function";
}
