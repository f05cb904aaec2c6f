import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { node } from "./programs.ts";
import type { IsolationSubject } from "./subject.ts";
import { itGuards, SECRET_NAMES, type Trial } from "./trial.ts";

const PRINT_ENV = node("process.stdout.write(JSON.stringify(process.env))");
const WAITING = node("setInterval(() => {}, 1000)");

export function describePolicy(trial: () => Trial, subject: IsolationSubject): void {
  describe("policy", () => {
    itGuards(trial, ["limit.wall", "a command has the time of the policy, unless it says less"], async () => {
      const space = await trial().open({ policy: { limits: { wallMs: 500 } } });
      expect(await space.exec({ argv: WAITING })).toMatchObject({ reason: "timeout" });
      const patient = await trial().open({ policy: { limits: { wallMs: 600_000 } } });
      expect(await patient.exec({ argv: WAITING }, { timeoutMs: 500 })).toMatchObject({ reason: "timeout" });
    });

    itGuards(trial, ["limit.output", "as much is kept as the policy says, unless the command says less"], async () => {
      const space = await trial().open({ policy: { limits: { outputBytes: 10 } } });
      const argv = node("process.stdout.write('x'.repeat(100))");
      expect(await space.exec({ argv })).toMatchObject({ stdout: { length: 10 }, lost: { stdout: 90 } });
      expect(await space.exec({ argv }, { outputLimitBytes: 5 })).toMatchObject({ stdout: { length: 5 }, lost: { stdout: 95 } });
    });

    it("lets no variable of the host pass but those that the policy names", async () => {
      const space = await trial().open({ policy: { passEnv: ["DAD_TEST_TOKEN"] } });
      const { stdout } = await space.exec({ argv: PRINT_ENV });
      const got = Object.keys(JSON.parse(Buffer.from(stdout).toString()) as object);
      expect(SECRET_NAMES.filter((name) => name !== "DAD_TEST_TOKEN" && got.includes(name))).toEqual([]);
      expect(got.includes("DAD_TEST_TOKEN")).toBe(Object.keys(space.env).includes("DAD_TEST_TOKEN"));
    });

    itGuards(trial, ["fs.write", "a command has the files of the policy where it says, to read or to write"], async () => {
      const [read, write] = [join(trial().outside, "read"), join(trial().outside, "write")];
      for (const directory of [read, write]) await mkdir(directory);
      // Who runs commands may be another user, and the mode of a file is not the adapter's to change.
      await chmod(write, 0o777);
      await writeFile(join(read, "file"), "given");
      const mounts = [
        { path: read, at: "/given", mode: "ro" },
        { path: write, mode: "rw" },
      ] as const;
      const space = await trial().open({ policy: { mounts: [...mounts] } });
      const script = 'cat /given/file; cp /given/file "$1/copy"; echo x > /given/planted; echo x > /given/file';
      const { stdout } = await space.exec({ argv: ["sh", "-c", script, "sh", write] });
      expect(Buffer.from(stdout).toString()).toBe("given");
      expect(await readFile(join(write, "copy"), "utf8")).toBe("given");
      expect(await readFile(join(read, "file"), "utf8")).toBe("given");
      await expect(readFile(join(read, "planted"))).rejects.toMatchObject({ code: "ENOENT" });
    });

    it("counts the commands of a space", async () => {
      const space = await trial().open();
      expect(await space.usage()).toMatchObject({ commands: 0 });
      await Promise.all([space.exec({ argv: node("0") }), space.exec({ argv: node("1") })]);
      expect(await space.usage()).toMatchObject({ commands: 2 });
    });

    it("sweeps nothing away that is in use", async () => {
      const space = await trial().open();
      const script = 'echo kept > "$HOME/kept"; echo ready; read -r line; cat "$HOME/kept"';
      const swept = Promise.withResolvers<void>();
      const ready = Promise.withResolvers<void>();
      const stdin = async function* (): AsyncGenerator<Uint8Array> {
        await swept.promise;
        yield Buffer.from("go on\n");
      };
      const running = space.exec({ argv: ["sh", "-c", script], stdin: stdin() }, { onOutput: () => ready.resolve() });
      await Promise.race([ready.promise, running]);
      const other = await subject.create();
      await other.sweep();
      swept.resolve();
      expect(Buffer.from((await running).stdout).toString()).toBe("ready\nkept\n");
      expect(await space.exec({ argv: node("process.exit(7)") })).toMatchObject({ exitCode: 7 });
    });
  });
}
