import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { processIsolation } from "@dad/isolation/process";
import { scriptedModel } from "@dad/resources/scripted";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigSchema } from "./config-schema.ts";
import { type DadConfig, defineConfig } from "./dad-config.ts";
import type { ConfigInvalidError } from "./errors.ts";
import { loadConfig } from "./load-config.ts";

let root: string;
let files = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dad config "));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function fileOf(source: string, extension = "mjs"): Promise<string> {
  const file = join(root, `${(files += 1)}.config.${extension}`);
  await writeFile(file, source);
  return file;
}

async function failureOf(source: string): Promise<{ file: string; error: ConfigInvalidError }> {
  const file = await fileOf(source);
  const error: unknown = await loadConfig(file).catch((thrown: unknown) => thrown);
  return { file, error: error as ConfigInvalidError };
}

describe("loadConfig", () => {
  it("takes relative paths from the directory of the file", async () => {
    const file = await fileOf('export default { project: "library", runRoot: "../runs", workspace: "/srv/work" };');
    expect(await loadConfig(file)).toEqual({
      file,
      directory: root,
      project: "library",
      runRoot: join(dirname(root), "runs"),
      workspace: "/srv/work",
      resources: {},
    });
  });

  it("reads TypeScript, and `export const config` as well as `export default`", async () => {
    const file = await fileOf("interface A { readonly runRoot: string }\nexport const config: A = { runRoot: 'r' };", "ts");
    expect((await loadConfig(file)).runRoot).toBe(join(root, "r"));
  });

  it("keeps models and functions as they are", async () => {
    const file = await fileOf(`
      const model = { provider: "p", modelId: "m", capabilities: {}, generate() {} };
      export const make = () => model;
      export const config = { resources: { ci: { note: "n", models: { one: model, two: make }, endpoints: { a: "https://a.example" } } }, profile: (env) => env.STAGE };
    `);
    const { resources, profile } = await loadConfig(file);
    const { make, config } = (await import(file)) as { make: unknown; config: DadConfig };
    expect(resources.ci?.models?.two).toBe(make);
    const own = typeof config.resources === "object" ? config.resources.ci : undefined;
    expect(resources.ci?.models?.one).toBe(own?.models?.one);
    expect(profile).toBe(config.profile);
  });

  it("names all that is wrong at once, each with its path", async () => {
    const { file, error } = await failureOf(`export default {
      runroot: "runs", workspace: "", project: "my project", colour: 1,
      resources: { ci: { models: { coder: 7 }, endpoint: {}, endpoints: { search: "search.example" } }, "a/b": {} },
      profile: 3,
    };`);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message.split("\n").toSorted()).toEqual(
      [
        `${file} is not a valid configuration:`,
        "  project: a name of a project has 1 to 128 letters, digits, '.', '_' or '-', and begins with a letter or digit",
        "  workspace: must not be empty",
        '  resources.ci.models.coder: must be a model as data, such as { model: "gpt-5" }, or a model, or a function that makes one, such as `() => openRecordedModel({ file })`',
        "  resources.ci.endpoints.search: must be an absolute URL, such as https://example.com/v1",
        "  resources.ci.endpoint: unknown key; did you mean endpoints?",
        "  resources.a/b: must be letters, digits, ., _ or -, and begin with a letter or digit",
        "  profile: must be the name of a profile, or a function of the environment that returns one",
        "  runroot: unknown key; did you mean runRoot?",
        "  colour: unknown key; there are project, runRoot, workspace, resources, profile, secretSources, isolation, outcome, observability",
      ].toSorted(),
    );
    expect(error.details).toMatchObject({ file, problems: expect.arrayContaining([{ path: "workspace", message: "must not be empty" }]) as unknown });
  });

  it.each([
    ["export const other = 1;", "it exports no config; write"],
    ["export default {}; export const config = {};", "it exports two configs"],
    ["export default null;", "must be an object, not null"],
    ["export default () => ({});", "must be an object, not a function"],
  ])("refuses %j", async (source, message) => {
    const { error } = await failureOf(source);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(message) as unknown });
  });

  it.each([
    ['throw new RangeError("no key");', "RangeError: no key"],
    ['throw "a string";', "it threw a string"],
    ['import "./not-there.mjs";', "not-there.mjs"],
    ['import { readFileSync } from "node:fs"; export default readFileSync("/not/there");', "ENOENT: no such file or directory, open '/not/there'"],
  ])("says why it cannot load %j", async (source, message) => {
    const { file, error } = await failureOf(source);
    expect(error).toMatchObject({ code: "CONFIG_UNREADABLE", details: { file }, message: expect.stringContaining(message) as unknown });
    expect(error.cause).toBeDefined();
  });

  it("names a file that is not there", async () => {
    const file = join(root, "nowhere.ts");
    await expect(loadConfig(file)).rejects.toThrow(`${file} cannot be loaded: ENOENT`);
  });

  it("loads nothing when its signal is aborted already", async () => {
    const file = await fileOf("throw new Error('it ran');");
    await expect(loadConfig(file, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });
});

describe("the isolation of a config", () => {
  it.each([
    [{ preset: "strict" }, 'isolation.preset: must be one of "cooperative", "contained", "hostile"'],
    [{ preset: "containd" }, 'isolation.preset: did you mean "contained"? There are "cooperative"'],
    ["contained", 'isolation: must be an object, not a text: write { preset: "cooperative" | "contained" | "hostile" }'],
    [{ require: ["fs.raed"] }, 'isolation.require.0: did you mean "fs.read"?'],
    [{ require: { "fs.raed": "enforced" } }, "isolation.require.fs.raed: unknown key; did you mean fs.read?"],
    [{ require: "fs.read" }, "isolation.require: must be a list or an object, not a text"],
    [{ prest: "contained" }, "isolation.prest: unknown key; did you mean preset?"],
    [{ limits: { memoryBites: 1 } }, "isolation.limits.memoryBites: unknown key; did you mean memoryBytes?"],
    [{ limits: { pids: 0 } }, "isolation.limits.pids: must be more than 0"],
    [{ limits: { pids: "many" } }, "isolation.limits.pids: must be a number, not a text"],
    [{ mounts: [{ path: "relative", mode: "ro" }] }, "isolation.mounts.0.path: must be an absolute path"],
    [{ network: { mode: "allowed" } }, 'isolation.network.mode: must be one of "host", "none", "allow"'],
    [{ adapter: "bubblewrap" }, "isolation.adapter: must be an isolation adapter"],
  ])("does not take %j, and says where it is wrong", async (isolation, message) => {
    const { error } = await failureOf(`export default { isolation: ${JSON.stringify(isolation)} };`);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(message) as unknown });
  });
});

describe("the outcome of a config", () => {
  it("may be none", async () => {
    expect((await loadConfig(await fileOf("export default { outcome: false };"))).outcome).toBe(false);
    expect((await loadConfig(await fileOf("export default {};"))).outcome).toBeUndefined();
  });

  it.each([
    [true, "outcome: must be false, or an object such as { nodes: false }"],
    ["none", "outcome: must be false, or an object such as { nodes: false }"],
    [{ node: false }, "outcome.node: unknown key; did you mean nodes?"],
    [{ nodes: "no" }, "outcome.nodes: must be true or false, not a text"],
    [{ author: { name: "A" } }, "outcome.author.email: must be a text, and is missing"],
    [{ author: { name: "A", email: "a@b", mail: 1 } }, "outcome.author.mail: unknown key; did you mean email?"],
    [{ author: { name: "A <a", email: "a@b" } }, "outcome.author.name: must be one line without < and >"],
    [{ author: { name: "A\nB", email: "a@b" } }, "outcome.author.name: must be one line without < and >"],
    [{ author: { name: "A", email: " . " } }, "outcome.author.email: must have a letter or digit"],
    [{ revision: "--upload-pack=x" }, "outcome.revision: must be a branch, a tag or a commit, such as main"],
    [{ revision: "" }, "outcome.revision: must be a branch, a tag or a commit, such as main"],
    [{ largeBytes: 0 }, "outcome.largeBytes: must be more than 0"],
    [{ fileBytes: 1.5 }, "outcome.fileBytes: must be a whole number"],
    [{ changedBytes: "1 GB" }, "outcome.changedBytes: must be a number, not a text"],
    [{ hardLinks: "all" }, 'outcome.hardLinks: must be one of "inside", "any"'],
    [{ secrets: ["a b"] }, "outcome.secrets.0: must be the name of a variable of the environment, such as DEPLOY_KEY"],
  ])("does not take %j, and says where it is wrong", async (outcome, message) => {
    const { error } = await failureOf(`export default { outcome: ${JSON.stringify(outcome)} };`);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(message) as unknown });
  });
});

describe("defineConfig", () => {
  it("knows each key that the schema knows", () => {
    const config: Required<DadConfig> = {
      project: "p",
      runRoot: "r",
      workspace: "w",
      resources: { default: { note: "n", models: { coder: () => scriptedModel([]) }, endpoints: { a: new URL("https://a.example") } } },
      profile: "default",
      secretSources: [{ scheme: "vault", read: () => Promise.resolve("a secret") }],
      isolation: {
        adapter: processIsolation(),
        preset: "contained",
        require: ["limit.memory"],
        onMissing: "degrade",
        network: { mode: "allow", hosts: ["api.example.com", { host: "localhost", ports: [11_434], private: true }] },
        limits: { memoryBytes: 1 },
        mounts: [{ path: resolve("/opt/tools"), mode: "ro" }],
        workspace: "direct",
        passEnv: ["CI"],
      },
      outcome: {
        nodes: false,
        tags: true,
        author: { name: "Build Bot", email: "bot@example.com" },
        revision: "main",
        largeBytes: 1,
        fileBytes: 2,
        changedBytes: 3,
        hardLinks: "any",
        secrets: ["DEPLOY_KEY"],
      },
      observability: { endpoint: "http://localhost:4318" },
    };
    expect(defineConfig(config)).toBe(config);
    expect(ConfigSchema.parse(config)).toEqual(config);
    expect(Object.keys(ConfigSchema.shape)).toEqual(Object.keys(config));
  });
});
