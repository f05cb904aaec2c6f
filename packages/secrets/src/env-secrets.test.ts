import { describe, expect, it } from "vitest";
import { envSecrets } from "./env-secrets.ts";
import { secretSourceContract } from "./testing.ts";

secretSourceContract("envSecrets", async () => {
  const env: Record<string, string> = {};
  return {
    source: envSecrets(env),
    async put(name, value) {
      env[name] = value;
      return name;
    },
    missing: "NOBODY_SET_THIS",
    async [Symbol.asyncDispose]() {},
  };
});

describe("secrets in the environment", () => {
  it("say which variable is to be set", async () => {
    const { read } = envSecrets({ EMPTY: " \n" });
    await expect(read("GONE")).rejects.toThrow("the secret env:GONE is not to be had: the variable GONE is not set. Set it in the environment");
    await expect(read("EMPTY")).rejects.toThrow("the variable EMPTY is empty");
    await expect(read("toString")).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE", details: { secret: "env:toString" } });
  });

  it("are known without being read", () => {
    expect(envSecrets({ KEY: "0123456789\n" }).knownNow?.("KEY")).toBe("0123456789");
  });
});
