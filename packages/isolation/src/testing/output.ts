import { describe, expect, it } from "vitest";
import { node, withoutIsolation } from "./programs.ts";
import { itGuards, type Trial } from "./trial.ts";

const MIB = 1024 * 1024;
const FLOOD = node(`process.stdout.write(Buffer.alloc(${10 * MIB}, "o")); process.stderr.write(Buffer.alloc(${2 * MIB}, "e"))`);

export function describeOutput(trial: () => Trial): void {
  describe("output", () => {
    it("gives the bytes of both streams as they came", async () => {
      const space = await trial().open();
      const argv = node("process.stdout.write(Buffer.from([255, 254, 0, 128])); process.stderr.write(Buffer.from([192, 175]))");
      const result = await space.exec({ argv });
      expect(result.stdout).toEqual(Uint8Array.from([255, 254, 0, 128]));
      expect(result.stderr).toEqual(Uint8Array.from([192, 175]));
      expect(result.lost).toEqual({ stdout: 0, stderr: 0 });
    });

    it("tells of output while the command runs", async () => {
      const space = await trial().open();
      const heard = Promise.withResolvers<string>();
      const running = space.exec(
        { argv: node("process.stdout.write('ready'); process.stdin.resume(); setInterval(() => {}, 1000)") },
        {
          signal: AbortSignal.any([stopAfter(heard.promise)]),
          onOutput: (stream, chunk) => heard.resolve(`${stream}: ${Buffer.from(chunk).toString()}`),
        },
      );
      expect(await heard.promise).toBe("stdout: ready");
      expect(await running).toMatchObject({ reason: "aborted", stdout: new TextEncoder().encode("ready") });
    });

    it("ends the command and passes the error on when a listener fails", async () => {
      const space = await trial().open();
      const running = space.exec(
        { argv: node("process.stdout.write('x'); setInterval(() => {}, 1000)") },
        {
          onOutput: () => {
            throw new RangeError("listener");
          },
        },
      );
      await expect(running).rejects.toThrow(RangeError);
    });

    itGuards(trial, ["limit.output", "keeps what is within the limit and counts what is lost"], async () => {
      expect(await withoutIsolation(FLOOD)).toHaveLength(10 * MIB);
      const space = await trial().open();
      let heard = 0;
      const onOutput = (stream: string, chunk: Uint8Array): void => void (heard += stream === "stdout" ? chunk.byteLength : 0);
      const result = await space.exec({ argv: FLOOD }, { outputLimitBytes: 1000, onOutput });
      expect(result).toMatchObject({ reason: "exited", exitCode: 0, lost: { stdout: 10 * MIB - 1000, stderr: 2 * MIB - 1000 } });
      expect(Buffer.from(result.stdout).toString()).toBe("o".repeat(1000));
      expect(result.stderr).toHaveLength(1000);
      expect(heard).toBe(10 * MIB);
    });

    itGuards(trial, ["limit.output", "keeps one mebibyte when no limit is given, and nothing with the limit 0"], async () => {
      const space = await trial().open();
      expect((await space.exec({ argv: FLOOD })).stdout).toHaveLength(MIB);
      const nothing = await space.exec({ argv: FLOOD }, { outputLimitBytes: 0 });
      expect([nothing.stdout.length, nothing.lost.stdout]).toEqual([0, 10 * MIB]);
    });
  });
}

function stopAfter(event: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  void event.then(() => controller.abort());
  return controller.signal;
}
