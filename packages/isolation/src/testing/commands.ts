import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { node } from "./programs.ts";
import type { Trial } from "./trial.ts";

const PRINT_CWD = node("process.stdout.write(process.cwd())");
const ECHO_STDIN = node("process.stdin.pipe(process.stdout)");

export function describeCommands(trial: () => Trial): void {
  describe("commands", () => {
    it.each([0, 1, 42, 255])("tells of the exit code %i as a result", async (code) => {
      const space = await trial().open();
      const result = await space.exec({ argv: node(`process.exit(${code})`) });
      expect(result).toMatchObject({ reason: "exited", exitCode: code, signal: null, durationMs: expect.any(Number) });
    });

    it("passes arguments as they are, without a shell", async () => {
      const space = await trial().open();
      const args = ["$HOME", "a b", "*", "; touch planted", "`id`", "", "ünïcode"];
      const { stdout } = await space.exec({ argv: node("process.stdout.write(JSON.stringify(process.argv.slice(1)))", ...args) });
      expect(JSON.parse(text(stdout))).toEqual(args);
      expect(await readdir(space.cwd)).toEqual([]);
    });

    it("gives its three streams and no other open file", async () => {
      const space = await trial().open();
      const looking = ["sh", "-c", "for fd in 3 4 5 6 7 8 9; do (: <&$fd) 2> /dev/null && echo $fd; done; echo end"] as const;
      expect(text((await space.exec({ argv: looking })).stdout)).toBe("end\n");
    });

    it("gives standard input and closes it", async () => {
      const space = await trial().open();
      const bytes = Uint8Array.from([0, 255, 10, 200]);
      expect((await space.exec({ argv: ECHO_STDIN, stdin: bytes })).stdout).toEqual(bytes);
      expect(text((await space.exec({ argv: ECHO_STDIN, stdin: "text" })).stdout)).toBe("text");
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        yield* [bytes, bytes];
      };
      expect((await space.exec({ argv: ECHO_STDIN, stdin: pieces() })).stdout).toEqual(Uint8Array.from([...bytes, ...bytes]));
    });

    it("gives an ended standard input to a command that is given none", async () => {
      const space = await trial().open();
      expect(await space.exec({ argv: ECHO_STDIN })).toMatchObject({ reason: "exited", exitCode: 0 });
    });

    it("survives a command that does not read its input", async () => {
      const space = await trial().open();
      expect(await space.exec({ argv: node("process.exit(3)"), stdin: "x".repeat(1024 * 1024) })).toMatchObject({ exitCode: 3 });
    });

    it("runs in a directory of the workspace or in an absolute one", async () => {
      const space = await trial().open();
      await mkdir(join(space.cwd, "sub", "dir"), { recursive: true });
      expect(text((await space.exec({ argv: PRINT_CWD, cwd: "sub/dir" })).stdout)).toBe(join(space.cwd, "sub", "dir"));
      expect(text((await space.exec({ argv: PRINT_CWD, cwd: join(space.cwd, "sub") })).stdout)).toBe(join(space.cwd, "sub"));
    });

    it.each(["missing", "file.txt", "..", "../..", "sub/../..", "nul\0"])("refuses to run in %j", async (cwd) => {
      const space = await trial().open();
      await writeFile(join(space.cwd, "file.txt"), "");
      await expect(space.exec({ argv: PRINT_CWD, cwd })).rejects.toMatchObject({ code: "CWD_INVALID" });
    });

    it("runs no command in a workspace that is not there", async () => {
      const space = await trial().open({ workspace: join(trial().outside, "missing") });
      await expect(space.exec({ argv: PRINT_CWD })).rejects.toMatchObject({ code: "CWD_INVALID" });
      await expect(trial().open({ workspace: "relative" })).rejects.toThrow(TypeError);
    });

    it("names a program that is missing or may not be executed", async () => {
      const space = await trial().open();
      await writeFile(join(space.cwd, "not-executable"), "x", { mode: 0o644 });
      for (const program of ["dad-no-such-program", "./dad-no-such-program", "", "./not-executable"]) {
        await expect(space.exec({ argv: [program] })).rejects.toMatchObject({ code: "PROGRAM_MISSING", details: { program } });
      }
    });

    it("refuses arguments that no process can be given", async () => {
      const space = await trial().open();
      await expect(space.exec({ argv: node("0", "a\0b") })).rejects.toThrow(TypeError);
      await expect(space.exec({ argv: node("0"), env: { "A=B": "" } })).rejects.toThrow(TypeError);
      await expect(space.exec({ argv: node("0") }, { timeoutMs: 0 })).rejects.toThrow(TypeError);
    });

    it("starts nothing when the signal is aborted beforehand", async () => {
      const space = await trial().open();
      const planting = node("require('node:fs').writeFileSync('planted', '')");
      await expect(space.exec({ argv: planting }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
      expect(await readdir(space.cwd)).toEqual([]);
      await space.exec({ argv: planting });
      expect(await readdir(space.cwd)).toEqual(["planted"]);
    });

    it("starts nothing in a closed space", async () => {
      const space = await trial().open();
      await space[Symbol.asyncDispose]();
      await expect(space.exec({ argv: PRINT_CWD })).rejects.toMatchObject({ code: "ISOLATION_CLOSED" });
      await space[Symbol.asyncDispose]();
      await space.kill();
    });
  });
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
