import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { loadAgent } from "./load-agent.ts";

const real = Object.getOwnPropertyDescriptor(process.features, "typescript") ?? {};
afterEach(() => void Object.defineProperty(process.features, "typescript", real));

describe("loadAgent", () => {
  it("says which Node it takes to run TypeScript", async () => {
    Object.defineProperty(process.features, "typescript", { value: false, configurable: true });
    await expect(loadAgent(import.meta.filename)).rejects.toMatchObject({
      code: "NODE_TOO_OLD",
      message: expect.stringContaining("use Node 22.18 or newer"),
    });
  });

  it("says that a file is not there before anything else", async () => {
    Object.defineProperty(process.features, "typescript", { value: false, configurable: true });
    await expect(loadAgent(resolve("nope.ts"))).rejects.toMatchObject({ code: "AGENT_FILE_UNKNOWN", details: { file: resolve("nope.ts") } });
    await expect(loadAgent(import.meta.dirname)).rejects.toMatchObject({
      code: "AGENT_FILE_UNKNOWN",
      message: expect.stringContaining("is not a file"),
    });
  });
});
