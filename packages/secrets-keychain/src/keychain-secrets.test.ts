import { secretSourceContract } from "@dad/secrets/testing";
import { describe, expect, it } from "vitest";
import { type KeychainModule, keychainSecrets } from "./keychain-secrets.ts";

/** In the place of the keychain of a machine. */
function standIn(entries: Map<string, string>): KeychainModule {
  return {
    AsyncEntry: class {
      readonly #name: string;
      constructor(service: string, account: string) {
        this.#name = JSON.stringify([service, account]);
      }
      async getPassword() {
        return entries.get(this.#name) ?? null;
      }
    },
  };
}

secretSourceContract("keychainSecrets", async () => {
  const entries = new Map<string, string>();
  return {
    source: keychainSecrets({ load: async () => standIn(entries) }),
    async put(name, value) {
      entries.set(JSON.stringify(["dad", `${name}/me@example.org`]), value);
      return `dad/${name}/me@example.org`;
    },
    missing: "dad/nobody",
    async [Symbol.asyncDispose]() {},
  };
});

describe("secrets in a keychain", () => {
  it("have a service and an account", async () => {
    const { read } = keychainSecrets({ load: async () => standIn(new Map()) });
    for (const rest of ["openai", "openai/", "/me"]) await expect(read(rest)).rejects.toThrow("write keychain:service/account");
  });

  it("name other ways where nothing reads keychains", async () => {
    const cause = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    const error: unknown = await keychainSecrets({ load: () => Promise.reject(cause) })
      .read("openai/me")
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE", cause, details: { secret: "keychain:openai/me" } });
    expect(String(error)).toMatch(/npm install @napi-rs\/keyring.*env:NAME or file:path/);
  });

  it("load nothing before one is read", async () => {
    let loaded = 0;
    const { read } = keychainSecrets({
      load: async () => {
        loaded += 1;
        return standIn(new Map([['["openai","me"]', "hunter2-hunter2"]]));
      },
    });
    expect(loaded).toBe(0);
    expect(await read("openai/me")).toBe("hunter2-hunter2");
    expect(loaded).toBe(1);
  });

  it("are no longer waited for by who is aborted, while the keychain asks its user", async () => {
    const asking = Promise.withResolvers<void>();
    const AsyncEntry = class {
      getPassword(): Promise<string> {
        asking.resolve();
        return new Promise(() => {});
      }
    };
    const [abort, reason] = [new AbortController(), new Error("enough")];
    const reading = keychainSecrets({ load: async () => ({ AsyncEntry }) }).read("openai/me", { signal: abort.signal });
    await asking.promise;
    abort.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});
