import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callbackAgent } from "./agents.ts";
import { testProject } from "./project.ts";

const LETTERS = ["abcXYZ0189", "0189abcdef", "abc+/=0189", "a%b?c&d e", "äöß漢🔑01", "ab\n01", `a"b\\c01`];
/** Each is of other letters, and ends in another way than all that have its beginning. */
const SECRETS = Array.from({ length: 56 }, (_, at) => {
  const letters = Array.from(LETTERS[at % LETTERS.length] ?? "");
  return `s${at}-${Array.from({ length: 24 }, (_letter, place) => letters[(place * 7 + at * 5 + place * at) % letters.length]).join("")}-${at}e`;
});
const env = Object.fromEntries(SECRETS.map((secret, at) => [`S${at}_TOKEN`, secret]));

const FORMS: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => JSON.stringify(secret).slice(1, -1),
  encodeURIComponent,
  ...[0, 1, 2].map(
    (before) => (secret: string) =>
      Buffer.from(`${"-".repeat(before)}${secret}`)
        .toString("base64")
        .slice(4, -4),
  ),
];
const found = (text: string): string[] => SECRETS.filter((secret) => FORMS.some((form) => text.includes(form(secret))));

const SAYING = `
    const all = Object.entries(process.env).flatMap(([name, value]) => (/^S\\d+_TOKEN$/.test(name) ? [value] : []));
    for (const secret of all) {
      console.log("log", secret, encodeURIComponent(secret), Buffer.from("user:" + secret).toString("base64"));
      console.error("error " + JSON.stringify({ secret }));
      process.stderr.write("raw " + secret + "\\n");
      for (const piece of secret.match(/[^]{1,5}/gu)) process.stdout.write(piece);
      process.stdout.write("\\n");
    }`;
const FAILING = "throw Object.assign(new Error(all.join(' '), { cause: new TypeError(JSON.stringify(all)) }), { all });";
const FOREVER = "await new Promise((_, stop) => context.signal.addEventListener('abort', () => stop(new Error('stopped'))));";

const ASKING = `
import { agent, defineNode } from "@dad/agent";
import { z } from "zod";

const ask = defineNode({
  type: "ask", version: "1", effect: "pure", settings: z.object({}), output: z.string(),
  execute: ({ input }) => input({ key: "text", schema: z.string(), prompt: "What?" }),
});
export const main = agent("main").node("ask", ask({}));
`;

/** All that is below the directory where runs are kept, when there is one. */
async function recordedIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return [...files, ...(await Promise.all(files.map((file) => readFile(file, "latin1"))))].join("\n");
}

describe("the secrets of the environment", () => {
  it.each([
    ["throws", FAILING],
    ["leaves a rejection to nobody", `void Promise.reject(new RangeError(all.join(" "))); ${FOREVER}`],
    ["cannot be loaded", undefined],
  ])("are on no terminal, whatever an agent prints that %s", async (_what, end) => {
    const file = end === undefined ? `${SAYING}\n${FAILING}` : callbackAgent(`${SAYING}\n${end}`).replace("async ()", "async (_settings, context)");
    await using project = await testProject({ "agent.ts": file });
    const { code, stdout, stderr } = await project.startWith({ env }, "run", "agent.ts", "--json", "--no-outcome", "--run-id", "r").ended;
    expect(code).not.toBe(0);
    expect(stderr).toContain("log [secret env:S0_TOKEN]");
    expect(stderr).toContain("\n[secret env:S1_TOKEN]\n");
    expect(stdout).toContain("[secret env:S2_TOKEN]");
    expect([found(stdout), found(stderr)]).toEqual([[], []]);
    expect(found(await recordedIn(project.path("runs")))).toEqual([]);
  });

  it("get neither into the inbox nor on record with what people answer and tell", async () => {
    await using project = await testProject({ "agent.ts": ASKING });
    const dad = (...args: string[]) => project.startWith({ env }, ...args).ended;
    const text = SECRETS.join(" ");
    const told = [
      await dad("run", "agent.ts", "--no-outcome", "--run-id", "r"),
      await dad("signal", "r", `told ${SECRETS[0]}`, "--data", JSON.stringify({ text, [SECRETS[7] ?? ""]: SECRETS }), "--comment", text, "--json"),
      await dad("answer", "r", "main.ask:text", "--text", text, "--comment", text, "--json"),
      await dad("resume", "r", "--json"),
    ];
    expect(told.map(({ code }) => code)).toEqual([3, 0, 0, 0]);
    expect(told.flatMap(({ stdout, stderr }) => [...found(stdout), ...found(stderr)])).toEqual([]);
    const recorded = await recordedIn(project.path("runs"));
    expect(recorded).toContain(".inbox");
    expect(found(recorded)).toEqual([]);
  });
});

describe("a secret among the arguments of dad", () => {
  it("is not on the terminal, whatever is not understood of it", async () => {
    await using project = await testProject({ "agent.ts": ASKING });
    const secret = `ghs_${"Zq7vK2mXw9Rt4LpB8sNd".repeat(4)}`;
    for (const args of [
      ["graph", "agent.ts", "--format", secret],
      ["signal", "run_x", "name", secret],
      ["outcome", "show", `--${secret}`],
      [secret],
      ["run", "agent.ts", "--input", `main.ask=${secret}`],
    ]) {
      const { code, stdout, stderr } = await project.startWith({ env: { DEPLOY_TOKEN: secret } }, ...args, "--json").ended;
      expect([code, stdout + stderr]).toEqual([2, expect.not.stringContaining("Zq7v")]);
      expect(stderr).toContain("error");
    }
  });
});

it("shows no secret of the environment that a program has put into a profile", async () => {
  const config = "export default { resources: { default: { endpoints: { hook: `https://hooks.example/${process.env.HOOK_TOKEN}` } } } };";
  await using project = await testProject({ "dad.config.mjs": config });
  const { code, stdout } = await project.startWith({ env: { HOOK_TOKEN: "Zq7vK2mXw9Rt4LpB8sNd" } }, "resources").ended;
  expect([code, stdout]).toEqual([0, expect.stringContaining("https://hooks.example/[secret env:HOOK_TOKEN]")]);
});
