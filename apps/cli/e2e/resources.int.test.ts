import { chmod, mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openFakeOpenAi } from "@dad/fake-providers";
import { ResourcesReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { type TestProject, testProject } from "./project.ts";

const INSTALLED = resolve(import.meta.dirname, "../../../packages/resources-ai-sdk/node_modules/@ai-sdk");

async function installed(project: TestProject, name: string): Promise<void> {
  await mkdir(project.path("node_modules", "@ai-sdk"), { recursive: true });
  await symlink(join(INSTALLED, name), project.path("node_modules", "@ai-sdk", name));
}

function profilesAt(url: string): string {
  return JSON.stringify({
    base: { prices: { "gpt-5": { inputPerMTok: 1, outputPerMTok: 2 } }, providers: { openai: { apiKey: "env:FAKE_KEY", baseURL: url } } },
    live: {
      extends: "base",
      note: "the real ones",
      models: { writer: { model: "gpt-5", fallbacks: ["cheap"], limits: { concurrency: 2 } }, cheap: { model: "gpt-5-mini" } },
      endpoints: { api: url },
      secrets: { deploy: "file:deploy.key", token: "cmd:echo the-secret-of-a-command" },
    },
    lost: {
      models: { writer: { model: "claude-sonnet-4-5" } },
      providers: { openai: {} },
      secrets: { open: "file:open.key", gone: "env:NOT_SET_KEY" },
    },
  });
}

async function reportOf(project: TestProject, env: Readonly<Record<string, string>>, ...args: string[]) {
  const { code, stdout, stderr } = await project.startWith({ env }, "resources", "--json", ...args).ended;
  return { code, stderr, text: stdout, report: ResourcesReport.parse(JSON.parse(stdout)) };
}

describe("dad resources", () => {
  it("shows what profiles have and lack, asks nobody, and has no secret in it", async () => {
    await using fake = await openFakeOpenAi({ replies: [] });
    await using project = await testProject({
      "resources.json": profilesAt(fake.url),
      "deploy.key": "the-deploy-key-itself\n",
      "open.key": "the-open-key-itself\n",
    });
    await chmod(project.path("deploy.key"), 0o600);
    await chmod(project.path("open.key"), 0o644);
    const env = { FAKE_KEY: "the-fake-key-itself" };
    const { code, stdout, stderr } = await project.startWith({ env }, "resources").ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^a run needs its --profile: there is no profile "default".*; there are base, live, lost\n$/),
    ]);
    expect(stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  ").trim())).toEqual(
      expect.arrayContaining([
        "profile live  extends base",
        "the real ones",
        "unchecked  model  writer  openai/gpt-5; $1 in and $2 out per million tokens; at most 2 at once; else cheap; with env:FAKE_KEY",
        "unchecked  model  cheap  openai/gpt-5-mini; price unknown; with env:FAKE_KEY",
        `unchecked  endpoint  api  ${fake.url}`,
        "fine  secret  env:FAKE_KEY",
        "fine  secret  deploy  file:deploy.key",
        expect.stringMatching(/^unchecked {2}secret {2}token {2}cmd:echo /),
        expect.stringMatching(/has no provider: anthropic, amazon-bedrock and google-vertex have claude-sonnet-4-5, and the profile has openai: add/),
        expect.stringContaining("other users of this machine can read or change"),
        expect.stringContaining("the variable NOT_SET_KEY is not set"),
      ]),
    );
    const { report, text, code: ofLive } = await reportOf(project, env, "--profile", "live");
    expect([ofLive, report.profiles.map(({ name }) => name), report.checked]).toEqual([0, ["live"], false]);
    expect(stdout + text).not.toMatch(/key-itself/);
    expect(fake.requests).toEqual([]);
  });

  it("asks each model and endpoint once with --check, alone, and counts what that took", async () => {
    await using fake = await openFakeOpenAi({
      replies: ({ body }) =>
        JSON.stringify(body).includes("gpt-5-mini") ? { status: 500, message: "down" } : { text: "ok", usage: { input: 1_000_000, output: 500_000 } },
    });
    await using project = await testProject({ "resources.json": profilesAt(fake.url), "deploy.key": "the-deploy-key-itself\n" });
    await chmod(project.path("deploy.key"), 0o600);
    await installed(project, "openai");
    const { code, report, text, stderr } = await reportOf(project, { FAKE_KEY: fake.apiKey }, "--profile", "live", "--check");
    const [live] = report.profiles;
    expect(live?.models.map(({ alias, status }) => [alias, status])).toEqual([
      ["writer", "fine"],
      ["cheap", "missing"],
    ]);
    expect(live?.models[1]?.problem).toMatch(/^[^\n]*down[^\n]*$/);
    expect(live?.endpoints).toMatchObject([{ alias: "api", status: "fine" }]);
    expect(live?.secrets.map(({ status }) => status)).toEqual(["fine", "fine", "fine"]);
    expect(report.usage).toMatchObject({ calls: 1, inputTokens: 1_000_000, outputTokens: 500_000, costUsd: 2 });
    expect(stderr).toContain("asks each model for a few words, which may cost something");
    expect([code, fake.requests.filter(({ body }) => JSON.stringify(body ?? "").includes("gpt-5")).length]).toEqual([1, 2]);
    expect(text).not.toMatch(/key-itself|the-secret-of-a-command/);
  });

  it("starts each server of tools with --check, and lists what it has", async () => {
    const server = resolve(import.meta.dirname, "../../../packages/resources-mcp/test/servers/stdio.ts");
    const tools = {
      files: { command: [process.execPath, server] },
      gone: { command: ["no-such-program"] },
      keyed: { url: "http://127.0.0.1:9/", headers: { authorization: { secret: "env:NOT_SET_KEY" } } },
    };
    await using project = await testProject({ "resources.json": JSON.stringify({ live: { tools } }) });
    const { code, report } = await reportOf(project, {}, "--check");
    expect(code).toBe(1);
    expect(report.profiles[0]?.tools).toMatchObject([
      { alias: "files", status: "fine", tools: expect.arrayContaining(["echo"]) },
      { alias: "gone", status: "missing", problem: expect.stringContaining("no-such-program") },
      { alias: "keyed", status: "missing", problem: "it needs the secret env:NOT_SET_KEY, which is not to be had" },
    ]);
  });

  it("is told which profile does not exist, and that there is none", async () => {
    await using project = await testProject({ "resources.yaml": "live: {}\n" });
    const unknown = await project.dad("resources", "--profile", "lvie");
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no profile "lvie", which --profile asks for; did you mean live?'),
    });
    await using empty = await testProject();
    expect(await empty.dad("resources")).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("there are no profiles") });
  });
});

describe("dad run with profiles in a file", () => {
  const ASKER = `
    import { agent } from "@dad/agent";
    import { askModel } from "@dad/nodes";
    export default agent("asker").node("ask", askModel({ model: "writer", prompt: "Say hello." }));
  `;

  it("says where to write profiles in a project that has none", async () => {
    await using project = await testProject({ "agent.ts": ASKER });
    const { code, stderr } = await project.dad("run", "agent.ts");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/there is no model "writer"; there is none\n.*the project has no profiles: write some into resources\.yaml/),
    ]);
  });

  it("asks the model that the file names, and resumes with the profile of the run", async () => {
    let isDown = true;
    await using fake = await openFakeOpenAi({
      replies: () => (isDown ? { status: 400, message: "not now" } : { text: "Hello!", usage: { input: 10, output: 2 } }),
    });
    await using project = await testProject({ "resources.json": profilesAt(fake.url), "agent.ts": ASKER });
    await installed(project, "openai");
    const env = { FAKE_KEY: fake.apiKey };
    const failed = await project.startWith({ env: { ...env, DAD_PROFILE: "live" } }, "run", "agent.ts", "--run-id", "r", "--no-outcome").ended;
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("not now")]);
    isDown = false;
    const resumed = await project.startWith({ env: { ...env, DAD_PROFILE: "lost" } }, "resume", "r").ended;
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining("profile   live: the real ones")]);
    expect(resumed.stdout).toMatch(/tokens +10 in.*, 2 out/);
    expect((await project.dad("show", "r")).stdout).toMatch(/^profile {3}live$/m);
    expect(fake.requests).toHaveLength(2);
  });
});
