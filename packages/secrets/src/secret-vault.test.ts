import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { envSecrets } from "./env-secrets.ts";
import type { KnownSecret } from "./known-secret.ts";
import type { SecretSource } from "./secret-source.ts";
import { secretVault } from "./secret-vault.ts";

const VALUE = "hunter2-hunter2";

/** A source whose values come when it is told to give them. */
function slowSource() {
  const asked: { readonly rest: string; readonly signal: AbortSignal; give(value: unknown): void; refuse(error: unknown): void }[] = [];
  const source: SecretSource = {
    scheme: "slow",
    read(rest, { signal = new AbortController().signal } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      signal.addEventListener("abort", () => reject(signal.reason));
      asked.push({ rest, signal, give: resolve, refuse: reject });
      return promise as Promise<string>;
    },
  };
  return { source, asked };
}

describe("a vault of secrets", () => {
  it("gives what the source of the scheme has", async () => {
    const vault = secretVault({ sources: [envSecrets({ KEY: VALUE }), slowSource().source] });
    expect(await vault.secret("env:KEY").reveal()).toBe(VALUE);
    expect(vault.schemes).toEqual(["env", "slow"]);
  });

  it("prints a secret as its reference, whatever prints it, before and after it is revealed", async () => {
    const secret = secretVault({ sources: [envSecrets({ KEY: VALUE })] }).secret("env:KEY");
    const printed = () => [String(secret), JSON.stringify({ secret }), inspect({ secret }, { showHidden: true, depth: 9 }), secret.toString()];
    const before = printed();
    expect(await secret.reveal()).toBe(VALUE);
    expect(printed()).toEqual(before);
    for (const text of before) expect(text).toContain("[secret env:KEY]");
    expect(Object.keys(secret)).not.toContain("value");
  });

  it("lists the schemes that there are for one that there is not, and does not tell what was there", () => {
    const vault = secretVault({ sources: [envSecrets({}), slowSource().source] });
    for (const reference of ["hunter:two-and-more", "https://user:hunter2@example.org"]) {
      expect(() => vault.secret(reference)).toThrow(/Here it begins with env: or slow:$/);
      expect(() => vault.secret(reference)).not.toThrow(/hunter/);
    }
    expect(() => vault.secret("keychain:a/b")).toThrow("@dad/secrets-keychain");
  });

  it("takes one source for each scheme", () => {
    expect(() => secretVault({ sources: [envSecrets({}), envSecrets({})] })).toThrow(TypeError);
  });

  it("reads once for all who ask, at the same time or later, by whatever object", async () => {
    const { source, asked } = slowSource();
    const vault = secretVault({ sources: [source] });
    const asking = [
      vault.secret("slow:a").reveal(),
      vault.secret("slow:a").reveal(),
      vault
        .heardBy(() => {})
        .secret("slow:a")
        .reveal(),
    ];
    asked[0]?.give(VALUE);
    expect(await Promise.all(asking)).toEqual([VALUE, VALUE, VALUE]);
    expect(await vault.secret("slow:a").reveal()).toBe(VALUE);
    expect(asked).toHaveLength(1);
  });

  it("reads again what could not be read", async () => {
    const { source, asked } = slowSource();
    const secret = secretVault({ sources: [source] }).secret("slow:a");
    const first = secret.reveal();
    asked[0]?.refuse(new Error("locked"));
    await expect(first).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE", message: expect.stringContaining("slow:a") as string });
    const second = secret.reveal();
    asked[1]?.give(VALUE);
    expect(await second).toBe(VALUE);
  });

  it("goes on for the others when one who waits is aborted", async () => {
    const { source, asked } = slowSource();
    const secret = secretVault({ sources: [source] }).secret("slow:a");
    const [one, other] = [new AbortController(), new AbortController()];
    const waiting = [secret.reveal({ signal: one.signal }), secret.reveal({ signal: other.signal })];
    one.abort(new Error("enough"));
    await expect(waiting[0]).rejects.toThrow("enough");
    expect(asked[0]?.signal.aborted).toBe(false);
    asked[0]?.give(VALUE);
    expect(await waiting[1]).toBe(VALUE);
  });

  it("stops reading when nobody waits any more, and begins again for the next who asks", async () => {
    const { source, asked } = slowSource();
    const secret = secretVault({ sources: [source] }).secret("slow:a");
    const one = new AbortController();
    const waiting = secret.reveal({ signal: one.signal });
    one.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(asked[0]?.signal.aborted).toBe(true);
    const next = secret.reveal();
    asked[1]?.give(VALUE);
    expect(await next).toBe(VALUE);
  });

  it("keeps what was read, also when who asked is aborted afterwards", async () => {
    const { source, asked } = slowSource();
    const secret = secretVault({ sources: [source] }).secret("slow:a");
    const one = new AbortController();
    const waiting = secret.reveal({ signal: one.signal });
    asked[0]?.give(VALUE);
    await waiting;
    one.abort();
    expect(await secret.reveal()).toBe(VALUE);
    expect(asked).toHaveLength(1);
  });

  it("tells a secret before anybody gets it, and once", async () => {
    const order: string[] = [];
    const vault = secretVault({ sources: [envSecrets({ KEY: VALUE })], onRevealed: ({ name, value }) => order.push(`told ${name} ${value}`) });
    const reveal = async () => order.push(`got ${await vault.secret("env:KEY").reveal()}`);
    await Promise.all([reveal(), reveal()]);
    expect(order).toEqual([`told env:KEY ${VALUE}`, `got ${VALUE}`, `got ${VALUE}`]);
  });

  it("tells each listener what is revealed by what it was given, also what was read before", async () => {
    const [everything, first, second]: KnownSecret[][] = [[], [], []];
    const vault = secretVault({ sources: [envSecrets({ KEY: VALUE, OTHER: "another value" })], onRevealed: (secret) => everything?.push(secret) });
    await vault
      .heardBy((secret) => first?.push(secret))
      .secret("env:KEY")
      .reveal();
    const later = vault.heardBy((secret) => second?.push(secret));
    await later.secret("env:KEY").reveal();
    await later.secret("env:KEY").reveal();
    await later.secret("env:OTHER").reveal();
    expect([everything, first, second].map((secrets) => secrets?.map(({ name }) => name))).toEqual([
      ["env:KEY", "env:OTHER"],
      ["env:KEY"],
      ["env:KEY", "env:OTHER"],
    ]);
  });

  it("gives a secret to nobody when a listener fails", async () => {
    const fail = () => {
      throw new Error("cannot be redacted");
    };
    const sources = [envSecrets({ KEY: VALUE })];
    await expect(secretVault({ sources, onRevealed: fail }).secret("env:KEY").reveal()).rejects.toThrow("cannot be redacted");
    const heard = secretVault({ sources }).heardBy(fail).secret("env:KEY");
    await expect(heard.reveal()).rejects.toThrow("cannot be redacted");
    await expect(heard.reveal()).rejects.toThrow("cannot be redacted");
  });

  it("refuses what is too short to be kept out of records, and does not tell it", async () => {
    const told: KnownSecret[] = [];
    const vault = secretVault({ sources: [envSecrets({ PIN: "1234567" })], onRevealed: (secret) => told.push(secret) });
    const error: unknown = await vault
      .secret("env:PIN")
      .reveal()
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE", details: { secret: "env:PIN" } });
    expect(String(error)).toContain("less than 8 bytes");
    expect(JSON.stringify([String(error), error, told])).not.toContain("1234567");
  });

  it("says which secret it was when a source does something else than give text", async () => {
    const { source, asked } = slowSource();
    const waiting = secretVault({ sources: [source] })
      .secret("slow:a")
      .reveal();
    asked[0]?.give(12_345_678);
    await expect(waiting).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE", details: { secret: "slow:a" } });
  });

  it("knows now what costs nothing", () => {
    const vault = secretVault({ sources: [envSecrets({ KEY: VALUE, PIN: "1234" }), slowSource().source] });
    expect(vault.knownNow(["env:KEY", "env:PIN", "env:GONE", "slow:a", "env:KEY"])).toEqual([{ name: "env:KEY", value: VALUE }]);
  });
});
