import { isolationContract } from "@dad/isolation/testing";
import { containerIsolation } from "@dad/isolation-container";
import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";

const { available, problems } = await containerIsolation().probe();

function withEngine(): void {
  isolationContract("containerIsolation on the engine of this machine", {
    create: () => containerIsolation({ hostEnv: process.env, graceMs: 100 }),
    program: { module: new URL("real-host-program.ts", import.meta.url).href, execArgv: ["--conditions=@dad/source"] },
  });
}

function withoutEngine(): void {
  describe("containerIsolation without an engine that is ready", () => {
    it("opens no space, and says what to do", async () => {
      expect(problems).toMatchObject([{ message: expect.stringMatching(/\w/), remedy: expect.stringMatching(/\w/) }]);
      await expect(containerIsolation().open({ runId: RunId.parse("run1"), workspace: "/" })).rejects.toMatchObject({
        code: "ISOLATION_UNAVAILABLE",
        details: { problems: [{ remedy: problems[0]?.remedy }] },
      });
    });
  });
}

// What an engine really does, only an engine shows. Where none is ready there is something to show, too: nothing runs.
const tests = available ? withEngine : withoutEngine;
tests();
