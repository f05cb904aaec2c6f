import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, loadResources } from "./load-config.ts";

let root: string;
let projects = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dad-resources-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function projectOf(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = join(root, String((projects += 1)));
  await mkdir(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

async function problemsIn(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await projectOf(files);
  const loading = "dad.config.mjs" in files ? loadConfig(join(directory, "dad.config.mjs")) : loadResources(directory);
  const error: unknown = await loading.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "CONFIG_INVALID" });
  return (error as Error).message.replaceAll(`${directory}/`, "");
}

const LIVE = `
live:
  extends: base
  models:
    writer: { model: claude-sonnet-4-5, fallbacks: [cheap], settings: { temperature: 0 } }
    cheap: { provider: openai, model: gpt-5-mini, limits: { concurrency: 2 } }
  providers:
    anthropic: { apiKey: "env:ANTHROPIC_API_KEY" }
    openai: { apiKey: "file:/run/secrets/openai", headers: { x-team: docs, authorization: { secret: "cmd:pass show x" } } }
  tools:
    files: { command: [npx, some-server], env: { TOKEN: { secret: "env:FILES_TOKEN" } } }
  budget: { usd: 5 }
base:
  prices: prices.json
`;

describe("a resources file", () => {
  it("is found where there is no config, in YAML or JSON", async () => {
    const directory = await projectOf({ "resources.yaml": LIVE, "prices.json": '{ "gpt-5-mini": { "inputPerMTok": 1, "outputPerMTok": 2 } }' });
    expect(await loadResources(directory)).toMatchObject({
      live: { models: { writer: { model: "claude-sonnet-4-5", fallbacks: ["cheap"] } }, budget: { usd: 5 } },
      base: { prices: { "gpt-5-mini": { inputPerMTok: 1, outputPerMTok: 2 } } },
    });
    expect(await loadResources(await projectOf({ "resources.json": '{ "ci": { "note": "n" } }' }))).toEqual({ ci: { note: "n" } });
    expect(await loadResources(await projectOf({}))).toEqual({});
  });

  it("stands beside a config, whose profiles are there as well, or at the path that the config names", async () => {
    const beside = await projectOf({
      "dad.config.mjs": 'export default { resources: { ci: { extends: "base" } } };',
      "resources.yml": "base: { note: n }",
    });
    expect((await loadConfig(join(beside, "dad.config.mjs"))).resources).toEqual({ ci: { extends: "base" }, base: { note: "n" } });
    const named = await projectOf({
      "dad.config.mjs": 'export default { resources: "models.json" };',
      "models.json": '{ "live": {} }',
      "resources.json": "{",
    });
    expect((await loadConfig(join(named, "dad.config.mjs"))).resources).toEqual({ live: {} });
  });

  it("has no profile that the config has as well, and is the only one", async () => {
    const config = "export default { resources: { ci: {} } };";
    expect(await problemsIn({ "dad.config.mjs": config, "resources.yaml": "live: {}\nci: {}" })).toBe(
      "resources.yaml is not a valid configuration:\n  2:1: ci: there is a profile of this name in dad.config.mjs as well: name one of them otherwise",
    );
    expect(await problemsIn({ "resources.json": "{}", "resources.yaml": "{}" })).toContain("there is also resources.yaml: keep one file");
  });

  it("says all that is wrong in it at once, by line and column, and what was meant", async () => {
    const message = await problemsIn({
      "resources.yaml": [
        "live:",
        "  modles: {}",
        "  models:",
        "    writer: { model: gpt-5, settings: { temprature: 0 }, limits: { concurency: 1 } }",
        "    other: 7",
        "    coder: { provider: openai }",
        "  providers: { openai: { baseUrl: x, baseURL: localhost } }",
        "  tools: { files: { comand: [x] }, both: { command: [x], url: 'https://x.example' } }",
        "  budget: { euros: 1, usd: -1 }",
        "  extends: [bsae]",
      ].join("\n"),
    });
    const lines = message
      .split("\n")
      .slice(1)
      .map((line) => line.trim())
      .toSorted();
    expect(lines).toEqual(
      [
        "2:3: live.modles: unknown key; did you mean models?",
        "4:41: live.models.writer.settings.temprature: unknown key; did you mean temperature?",
        "4:68: live.models.writer.limits.concurency: unknown key; did you mean concurrency?",
        '5:5: live.models.other: must be a model as data, such as { model: "gpt-5" }, or a model, or a function that makes one, such as `() => openRecordedModel({ file })`',
        "6:5: live.models.coder.model: must be a text, and is missing",
        "7:26: live.providers.openai.baseUrl: unknown key; did you mean baseURL?",
        "7:38: live.providers.openai.baseURL: must be an absolute URL of http or https, such as https://example.com/v1",
        "8:12: live.tools.files.command: give either `command`, which starts the server, or the `url` of one",
        "8:21: live.tools.files.comand: unknown key; did you mean command?",
        "8:58: live.tools.both.url: give either `command`, which starts the server, or the `url` of one",
        "9:13: live.budget.euros: unknown key; there are tokens, usd, calls, timeMs",
        "9:23: live.budget.usd: must be at least 0",
      ].toSorted(),
    );
  });

  it("says who extends whom where that ends nowhere, or never", async () => {
    expect(await problemsIn({ "resources.yaml": "a: { extends: b }\nb: { extends: [a] }\nc: { extends: live }\nlve: {}" })).toBe(
      [
        "resources.yaml is not a valid configuration:",
        "  1:6: a.extends: it extends itself: a → b → a",
        "  2:6: b.extends: it extends itself: b → a → b",
        "  3:6: c.extends: it extends a profile that is not there: c → live; did you mean lve?",
      ].join("\n"),
    );
  });

  it("tells where it is no JSON or no YAML, without a word of what stands there", async () => {
    const json = await problemsIn({
      "resources.json": `{ "live": { "providers": { 'openai': { "apiKey": 'hunter2hunter2', "a": hunter2hunter2, "b": 0hunter2 } },\n "live": 1, } }`,
    });
    expect(json).toContain("1:50: this is no value of JSON: a text is in double quotes");
    expect(json).toContain("2:11: there is a comma before the end of the object");
    const yaml = await problemsIn({ "resources.yaml": 'live:\n  providers: { openai: { apiKey: "hunter2hunter2 } }\n' });
    expect(yaml).toMatch(/^resources\.yaml is not a valid configuration:\n {2}\d+:\d+: /);
    const alias = await problemsIn({ "resources.yaml": "live: &a\n  note: *hunter2hunter2\n" });
    expect(alias).toContain("2:9: there is no anchor (&) of this name before it");
    expect(json + yaml + alias).not.toContain("hunter2");
  });

  it.each([
    ["prices.json", '{ "gpt-5": { "inputPerMTok": "1", "outputPerMTok": 1 } }', "1:30: gpt-5.inputPerMTok: must be a number, not a text"],
    ["prices.json", "[]", "1:1: must be an object, not a list"],
  ])("names the file of prices %s that has %s", async (name, text, problem) => {
    expect(await problemsIn({ "resources.yaml": "live: { prices: prices.json }", [name]: text })).toBe(
      `prices.json is not a valid configuration:\n  ${problem}`,
    );
  });

  it("says which profile names a file of prices that is not there", async () => {
    expect(await problemsIn({ "resources.yaml": "live:\n  prices: price.json" })).toMatch(
      /^resources\.yaml .*\n {2}2:3: live\.prices: there is no file .*price\.json$/,
    );
  });

  it("tells of what is no YAML only the first, of which the rest comes", async () => {
    expect(await problemsIn({ "resources.yaml": "live:\n  note: a\n budget: { usd: 1 }\n  prices: p.json\n" })).toMatch(/^[^\n]*\n {2}3:1: [^\n]*$/);
  });

  it("is not read where no profile is wanted", async () => {
    const directory = await projectOf({
      "dad.config.mjs": 'export default { runRoot: "r", resources: { ci: { extends: "x" } } };',
      "resources.json": "{",
    });
    expect(await loadConfig(join(directory, "dad.config.mjs"), { profiles: false })).toMatchObject({ runRoot: join(directory, "r"), resources: {} });
  });

  it("is told from one that is not there, or is no text", async () => {
    const directory = await projectOf({ "dad.config.mjs": 'export default { resources: "models.json" };' });
    await expect(loadConfig(join(directory, "dad.config.mjs"))).rejects.toMatchObject({ code: "CONFIG_UNREADABLE" });
    const binary = await projectOf({});
    await writeFile(join(binary, "resources.json"), new Uint8Array([0xff, 0xfe]));
    await expect(loadResources(binary)).rejects.toThrow("it is no text in UTF-8");
  });
});

describe("a secret that stands in a configuration itself", () => {
  const key = "sk-proj-abcdefghijklmnopqrstuvwxyz";
  it.each([
    [{ providers: { openai: { apiKey: "hunter2hunter2" } } }, "live.providers.openai.apiKey: must say where the secret is"],
    [{ providers: { openai: { apiKey: "vault:openai" } } }, "a reference begins with env: or file: or cmd:"],
    [{ providers: { openai: { apiKey: key } } }, "live.providers.openai.apiKey: a secret stands here itself"],
    [
      { providers: { openai: { headers: { Authorization: "hunter2hunter2" } } } },
      "live.providers.openai.headers.Authorization: what has such a name is a secret",
    ],
    [{ providers: { openai: { headers: { "x-api-key": "env:KEY" } } } }, "write { secret:"],
    [{ providers: { openai: { headers: { "x-team": { secret: "hunter2hunter2" } } } } }, "headers.x-team.secret: must say where"],
    [
      { providers: { vertex: { options: { googleAuthOptions: { credentials: { private_key: "hunter2hunter2" } } } } } },
      "private_key: what has such a name",
    ],
    [{ providers: { ollama: { baseURL: "http://me:hunter2hunter2@localhost/" } } }, "ollama.baseURL: the address has a secret in it"],
    [{ endpoints: { search: "https://x.example/?api_key=hunter2hunter2" } }, "endpoints.search: the address has a secret in it"],
    [{ secrets: { deploy: "hunter2hunter2" } }, "live.secrets.deploy: must say where"],
    [{ tools: { files: { command: ["server", `--key=${key}`] } } }, "live.tools.files.command.1: a secret stands here itself"],
    [{ tools: { files: { command: ["server"], env: { API_TOKEN: "hunter2hunter2" } } } }, "env.API_TOKEN: what has such a name"],
    [{ note: `use ${key}` }, "live.note: a secret stands here itself"],
    [{ models: { [key]: { model: "gpt-5" } } }, "live.models.…: a secret stands here itself"],
  ])("is refused in %j, and not repeated", async (profile, problem) => {
    const message = await problemsIn({ "resources.json": JSON.stringify({ live: profile }) });
    expect(message).toContain(problem);
    expect(message).not.toMatch(/hunter2|sk-proj/);
    const inConfig = await problemsIn({ "dad.config.mjs": `export default { resources: ${JSON.stringify({ live: profile })} };` });
    expect(inConfig).toContain("resources.live.");
    expect(inConfig).not.toMatch(/hunter2|sk-proj/);
  });

  it("is refused wherever it looks like a key, and taken by no name alone", async () => {
    expect(await problemsIn({ "dad.config.mjs": `export default { project: "p", isolation: { passEnv: ["${key}"] } };` })).toContain(
      "isolation.passEnv.0: a secret stands here itself",
    );
    const fine = {
      secrets: { deploy: "env:DEPLOY_KEY" },
      models: { writer: { model: "gpt-5", settings: { maxOutputTokens: 10, providerOptions: { openai: { serviceTier: "flex" } } } } },
      providers: { azure: { options: { resourceName: "team", apiVersion: "v1" }, limits: { tokensPerMinute: 1 } } },
    };
    expect(await loadResources(await projectOf({ "resources.json": JSON.stringify({ live: fine }) }))).toEqual({ live: fine });
  });

  it("may be a reference of a source that the config brings", async () => {
    const text = 'export default { secretSources: [{ scheme: "vault", read() {} }], resources: { live: { secrets: { a: "vault:a" } } } };';
    const directory = await projectOf({ "dad.config.mjs": text });
    expect((await loadConfig(join(directory, "dad.config.mjs"))).resources).toEqual({ live: { secrets: { a: "vault:a" } } });
  });
});
