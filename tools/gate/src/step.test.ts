import { describe, expect, it } from "vitest";
import { type RunStepsOptions, runSteps, type Step, type StepResult } from "./step.ts";

const step = (name: string, ...after: string[]): Step => ({ name, commands: [["true"]], after });

function recorder(failing: readonly string[] = []) {
  const log: string[] = [];
  let atWork = 0;
  const options: RunStepsOptions & { most: number } = {
    most: 0,
    parallel: 2,
    run: async ({ name }): Promise<StepResult> => {
      log.push(`start ${name}`);
      options.most = Math.max(options.most, ++atWork);
      await new Promise(setImmediate);
      atWork--;
      return { name, ok: !failing.includes(name), seconds: 0, output: "" };
    },
    onResult: ({ name }) => log.push(`end ${name}`),
  };
  return { log, options };
}

describe("runSteps", () => {
  it("starts a step after those it waits for", async () => {
    const { log, options } = recorder();
    await runSteps([step("packed", "build"), step("build", "types"), step("types")], options);
    expect(log).toEqual(["start types", "end types", "start build", "end build", "start packed", "end packed"]);
  });

  it("runs every step although one fails, and gives the results in the order of the steps", async () => {
    const { options } = recorder(["types"]);
    const results = await runSteps([step("build", "types"), step("types"), step("lint")], options);
    expect(results.map(({ name, ok }) => [name, ok])).toEqual([
      ["build", true],
      ["types", false],
      ["lint", true],
    ]);
  });

  it("fails a step without running it when what it needs has failed", async () => {
    const { log, options } = recorder(["build"]);
    const results = await runSteps([step("build"), { ...step("packed"), needs: ["build"] }], options);
    expect(results[1]).toMatchObject({ ok: false, output: "not run: build failed" });
    expect(log).not.toContain("start packed");
  });

  it("keeps to the number of steps that may be at work at the same time", async () => {
    const { options } = recorder();
    await runSteps(
      ["a", "b", "c", "d", "e"].map((name) => step(name)),
      options,
    );
    expect(options.most).toBe(2);
  });

  it("does not wait for a step that was not chosen", async () => {
    const { log, options } = recorder();
    await runSteps([step("packed", "build")], options);
    expect(log).toEqual(["start packed", "end packed"]);
  });

  it("refuses steps that wait for each other", async () => {
    const { options } = recorder();
    await expect(runSteps([step("a", "b"), step("b", "a")], options)).rejects.toThrow("wait for each other: a, b");
  });
});
