import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mcpTools, mcpToolSource } from "@dad/resources-mcp";
import type { ToolReply } from "@dad/resources";
import { toolSourceContract } from "@dad/resources/testing";
import { secretOf } from "@dad/secrets";
import { describe, expect, it } from "vitest";

const pathOf = (server: string): string => fileURLToPath(new URL(`servers/${server}.ts`, import.meta.url));
const SECRET = "sk-0123456789abcdef";
const hostEnv = { PATH: process.env["PATH"], HOME: "/home/somebody", OPENAI_API_KEY: "of-the-host", NODE_OPTIONS: "--no-such-option" };
const key = secretOf("env:KEY", async () => SECRET);

const proper = (more: object = {}) =>
  mcpToolSource({ name: "proper", command: [process.execPath, pathOf("stdio")], env: { KEY: key }, hostEnv, ...more });
const hostile = (mode: string, more: object = {}) =>
  mcpToolSource({ name: "hostile", command: [process.execPath, pathOf("hostile"), mode], hostEnv, ...more });

toolSourceContract("an MCP server that is started", {
  source: proper,
  broken: () => hostile("dead", { env: { KEY: key } }),
  secret: SECRET,
});

const textOf = ({ result }: ToolReply): string => {
  if (typeof result !== "string") throw new TypeError("the result is no text");
  return result;
};

const only = async (mode: string, more: object = {}) => {
  await using open = await hostile(mode, more).open();
  return await open.call("only", {});
};

/** Somebody who ended and whom nobody has asked how is no more, but is still listed. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat") || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

describe("an MCP server that is started", () => {
  it("has what programs need to start, what it is given, and nothing else of the host", async () => {
    await using open = await proper({ env: { KEY: key, MODE: "quiet" } }).open({ headers: { traceparent: "00-a-b-01", tracestate: "dad=1" } });
    expect(
      textOf(await open.call("variables", {}))
        .split(" ")
        .filter((name) => !name.startsWith("__")),
    ).toEqual(["HOME", "KEY", "MODE", "PATH", "TRACEPARENT", "TRACESTATE"]);
    expect(await open.call("environment", { name: "TRACEPARENT" })).toEqual({ result: "00-a-b-01" });
    expect(await open.call("environment", { name: "KEY" })).toEqual({ result: SECRET });
    expect(open.server).toBe("proper 3.2.1");
  });

  it("says what its tools do as a hint, and has its tools chosen", async () => {
    await using open = await proper({ only: ["wait", "echo", "fail"] }).open();
    expect(open.tools.map(({ name, effect }) => [name, effect])).toEqual([
      ["echo", "pure"],
      ["fail", "effectful"],
      ["wait", "idempotent"],
    ]);
    await expect(proper({ only: ["ecoh"] }).open()).rejects.toThrow(/there is no tool "ecoh"; there are .*echo/);
  });

  it("is told of the trace and the key of a call, names what is no text in the place of it, and says what is wrong with an input", async () => {
    await using open = await proper().open();
    const told = await open.call("meta", {}, { headers: { traceparent: "00-a-b-01" }, idempotencyKey: "run:node:1" });
    expect(JSON.parse(textOf(told))).toMatchObject({ traceparent: "00-a-b-01", idempotencyKey: "run:node:1" });
    expect(await open.call("picture", {})).toEqual({
      result: "a picture[31m\n[image of the type image/png, 4 bytes: not shown]\n[link to file:///a.txt: a.txt]\nb",
    });
    expect(await open.call("typed", { n: 1 })).toEqual({ result: "2" });
    const { result, failed } = await open.call("typed", { n: "one" });
    expect([failed, result]).toEqual([true, expect.stringContaining("n")]);
  });

  it("says how it is spoken with, what a call is called, and with which code it refuses one", async () => {
    await using open = await proper().open();
    expect(open.protocol).toEqual({ name: "mcp", version: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string, transport: "pipe" });
    const calls = ["00-a-1-01", "00-a-2-01"].map((traceparent) => open.call("echo", {}, { headers: { traceparent } }));
    const [one, other] = (await Promise.all(calls)).map(({ requestId }) => Number(requestId));
    expect([Number.isInteger(one), Number(other) - Number(one)]).toEqual([true, 1]);
    expect(await open.call("echo", {})).not.toHaveProperty("requestId");
    const refused = await open.call("no-such-tool", {}, { headers: { traceparent: "00-a-3-01" } });
    expect(refused).toMatchObject({ failed: true, errorCode: -32_602, requestId: expect.any(String) as string });
  });

  it("is told of the trace also when it is asked for its tools", async () => {
    await using open = await hostile("meta").open({ headers: { traceparent: "00-a-b-01", tracestate: "dad=1" } });
    expect(JSON.parse(open.tools[0]?.description ?? "")).toMatchObject({ traceparent: "00-a-b-01", tracestate: "dad=1" });
  });

  it("is made of the data of a profile", async () => {
    const make = mcpTools({ hostEnv });
    const server = {
      name: "proper",
      command: [process.execPath, pathOf("stdio")] as const,
      env: { KEY: { secret: "env:KEY" } },
      only: ["environment"],
    };
    const source = make(server, { secret: (reference) => secretOf(reference, async () => `value of ${reference}`) });
    await using open = await source.open();
    expect(open.tools.map(({ name }) => name)).toEqual(["environment"]);
    expect(await open.call("environment", { name: "KEY" })).toEqual({ result: "value of env:KEY" });
    expect(source.identity).toEqual({ command: [...server.command], env: { KEY: "[secret env:KEY]" }, only: ["environment"] });
  });
});

describe("an MCP server that does what it should not", () => {
  it.each([
    ["ends before it has said anything", "dead", /ended with the exit code 1.*there is no key$/],
    ["speaks another protocol", "version", /protocol version/],
    ["lists a name with escapes", "names", /name cannot be used: "evil\[2J"$/],
    ["lists two tools of one name", "twins", /two tools of one name/],
    ["has a schema that is too large", "schemas", /schema of more than 65536 characters/],
    ["lists too many", "many", /more than 500 tools/],
    ["lists without end", "endless", /more than 100 pages/],
  ])("is not to be had when it %s", async (_what, mode, problem) => {
    await expect(hostile(mode).open()).rejects.toMatchObject({ code: "TOOLS_UNAVAILABLE", message: expect.stringMatching(problem) as string });
  });

  it("tells no part of a secret where the end of what it wrote is cut", async () => {
    const program = "process.stderr.write(process.env.KEY + 'z'.repeat(1_990)); process.exitCode = 1";
    const source = mcpToolSource({ name: "loud", command: [process.execPath, "-e", program], env: { KEY: key }, hostEnv });
    const { message } = await source.open().then(
      () => new Error("it was opened"),
      (error: unknown) => error as Error,
    );
    expect(message).toContain("zzz");
    expect(message).not.toMatch(/cdef|0123/);
  });

  it("is not to be had when there is no such program, or it says nothing in time", async () => {
    await expect(mcpToolSource({ name: "x", command: ["no-such-program"], hostEnv }).open()).rejects.toMatchObject({
      code: "TOOLS_UNAVAILABLE",
      retryable: false,
      message: "the tools of x are not to be had: no-such-program cannot be started: there is no such program in its PATH",
    });
    await expect(hostile("silent", { limits: { timeoutMs: 100 } }).open()).rejects.toMatchObject({ code: "TOOLS_UNAVAILABLE", retryable: true });
  });

  it("fails the call in whose middle it ends, with how it ended and the end of what it wrote", async () => {
    await expect(only("dies")).rejects.toMatchObject({
      code: "TOOLS_UNAVAILABLE",
      retryable: true,
      message: expect.stringMatching(/it ended with the exit code 3; it wrote: out of \[31mmemory$/) as string,
    });
  });

  it("fails the call whose answer makes no sense, or has more than a message may have", async () => {
    await expect(only("no-result")).rejects.toMatchObject({ code: "TOOLS_UNAVAILABLE" });
    await expect(only("huge", { limits: { messageBytes: 100_000 } })).rejects.toMatchObject({
      code: "TOOLS_UNAVAILABLE",
      message: expect.stringContaining("SIGKILL") as string,
    });
    expect(textOf(await only("huge"))).toHaveLength(200_000);
  });

  it("is refused what it asks for, such as a model", async () => {
    expect(await only("asks")).toMatchObject({ result: expect.stringContaining("refused: ") as string });
  });

  it("is understood when it writes also what is no message", async () => {
    expect(await only("noise")).toEqual({ result: "done" });
  });

  it("has its pages read one after the other, and has no tools where it says so", async () => {
    await using paged = await hostile("pages").open();
    expect(paged.tools.map(({ name }) => name)).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    await using toolless = await hostile("toolless").open();
    expect(toolless.tools).toEqual([]);
  });

  it("has a description of it shortened, without what terminals obey", async () => {
    await using open = await hostile("descriptions").open();
    const { description } = open.tools[0] ?? { description: "" };
    expect([description.slice(0, 10), description.length]).toEqual(["[31mevil x", 4_001]);
  });

  it("is ended with all that it has started, also when it does not want to", async () => {
    const open = await hostile("stubborn").open();
    const pid = Number(open.server.split(" ")[1]);
    expect(isAlive(pid)).toBe(true);
    await open[Symbol.asyncDispose]();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it("keeps no process alive that has closed it", async () => {
    const program = `
      const { mcpToolSource } = await import(${JSON.stringify(import.meta.resolve("@dad/resources-mcp"))});
      const open = await mcpToolSource({ name: "x", command: [process.execPath, ${JSON.stringify(pathOf("hostile"))}, "plain"], hostEnv: {} }).open();
      await open[Symbol.asyncDispose]();
      process.stdout.write("closed");`;
    const { status, stdout } = spawnSync(process.execPath, ["--conditions=@dad/source", "--input-type=module", "-e", program], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, "closed"]);
  });
});
