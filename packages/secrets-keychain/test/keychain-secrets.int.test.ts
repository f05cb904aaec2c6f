import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** In a process of its own: what reaches a keychain stays in contact with it. */
const PROGRAM = `
  import { keychainSecrets } from "@dad/secrets-keychain";
  await keychainSecrets().read("of-nobody-and-nothing/by-dad").catch((error) => console.log(JSON.stringify(error)));
`;

describe("the keychain of this machine", () => {
  it("is asked by @napi-rs/keyring, and what is not there or cannot be read is said with other ways", () => {
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nobody/made/this" };
    const args = ["--conditions=@dad/source", "--input-type=module", "--eval", PROGRAM];
    const error = JSON.parse(execFileSync(process.execPath, args, { env, cwd: import.meta.dirname, encoding: "utf8" })) as { message: string };
    expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE", details: { secret: "keychain:of-nobody-and-nothing/by-dad" } });
    expect(error.message).toMatch(/the keychain (has nothing|of this machine cannot be read).*env:NAME or file:path/);
  });
});
