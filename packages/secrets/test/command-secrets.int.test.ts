import { execFileSync } from "node:child_process";
import { type FileHandle, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandSecrets } from "@dad/secrets";
import { secretSourceContract } from "@dad/secrets/testing";
import { describe, expect, it } from "vitest";

const VALUE = "hunter2-hunter2";
const hostEnv = { PATH: process.env["PATH"], HOME: "/home/of/somebody", SOME_API_KEY: VALUE, VAULT_ADDR: "https://vault.example.org" };

async function project(timeoutMs?: number) {
  const directory = await mkdtemp(join(tmpdir(), "dad-command-secrets-"));
  const source = commandSecrets({ env: hostEnv, directory, timeoutMs });
  return { directory, source, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

secretSourceContract("commandSecrets", async () => {
  const { directory, ...rest } = await project();
  return {
    ...rest,
    async put(name, value) {
      await writeFile(join(directory, name), value);
      return `cat ${name}`;
    },
    missing: "cat nobody-made-this 2>&1",
  };
});

describe("secrets that commands print", () => {
  it("are what the shell makes of a command", async () => {
    await using place = await project();
    const { source } = place;
    expect(await source.read(`printf '%s\\n' one "${VALUE}" | tail -n 1`)).toBe(VALUE);
  });

  it("are printed by commands that know what they need, and not what else the host has", async () => {
    await using place = await project();
    const { source } = place;
    const env = (await source.read("env")).split("\n").map((line) => line.split("=")[0]);
    expect(env).toEqual(expect.arrayContaining(["PATH", "HOME", "VAULT_ADDR"]));
    expect(env).not.toContain("SOME_API_KEY");
    const more = commandSecrets({ env: hostEnv, directory: ".", passed: ["SOME_API_KEY"] });
    expect(await more.read('echo "$SOME_API_KEY"')).toBe(VALUE);
  });

  it("fail with the exit code, and nothing of what was printed", async () => {
    await using place = await project();
    const { source } = place;
    const error: unknown = await source.read(`A=hunter2; echo "$A-$A"; echo "$A-$A" >&2; exit 3`).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE", details: { exitCode: 3 } });
    expect(String(error)).toContain("failed with exit code 3");
    expect(JSON.stringify([String(error), error])).not.toContain(VALUE);
  });

  it("are refused when a signal ended the command, when there is nothing, and when it is no text", async () => {
    await using place = await project();
    const { source } = place;
    await expect(source.read("kill -9 $$")).rejects.toThrow("ended by a signal");
    await expect(source.read("true")).rejects.toThrow("printed nothing");
    await expect(source.read(String.raw`printf '\377\376'`)).rejects.toThrow("no text");
  });

  it("say so when nothing could be started", async () => {
    const { read } = commandSecrets({ env: hostEnv, directory: "/nobody/made/this" });
    await expect(read("echo hunter2")).rejects.toThrow("could not be started");
  });

  it("end a command that prints for ever, and all that it started", async () => {
    await using place = await project();
    const alive = livingIn(place.directory);
    await expect(place.source.read("exec 3>alive; yes | cat")).rejects.toThrow("more than 65536 bytes");
    await (await alive).readFile();
  });

  it("end a command that takes too long, and all that it started", async () => {
    await using place = await project(300);
    const alive = livingIn(place.directory);
    await expect(place.source.read("exec 3>alive; sleep 1000 | cat & sleep 1000")).rejects.toThrow("took longer than 300 ms");
    await (await alive).readFile();
  });

  it("end a command for which nobody waits, and all that it started", async () => {
    await using place = await project();
    const alive = livingIn(place.directory);
    const [abort, reason] = [new AbortController(), new Error("enough")];
    const reading = place.source.read("exec 3>alive; sleep 1000 & sleep 1000", { signal: abort.signal });
    await alive;
    abort.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await (await alive).readFile();
  });
});

/** A pipe that opens when a command writes to it, and ends with the last process that has it from that command. */
function livingIn(directory: string): Promise<FileHandle> {
  execFileSync("mkfifo", [join(directory, "alive")]);
  return open(join(directory, "alive"));
}
