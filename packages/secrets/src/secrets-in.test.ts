import { describe, expect, it } from "vitest";
import { secretsIn } from "./secrets-in.ts";

const VALUE = "a1b2c3d4e5f6";

describe("the secrets in an environment", () => {
  it.each([
    "OPENAI_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "token",
    "npm_config_password",
    "DB_PASSWD",
    "SSH_PRIVATE_KEY",
    "GOOGLE_CREDENTIALS",
    "APIKEY",
  ])("are those whose names say so, like %s", (name) => {
    expect(secretsIn({ [name]: VALUE })).toEqual([{ name: `env:${name}`, value: VALUE }]);
  });

  it.each(["PATH", "TOKENIZERS_PARALLELISM", "KEYBOARD_LAYOUT", "SECRETARY", "OAUTH_TOKEN_URL", "DB_PASSWORD_FILE", "PUBLIC_KEY"])(
    "are not those whose names say something else, like %s",
    (name) => {
      expect(secretsIn({ [name]: VALUE })).toEqual([]);
    },
  );

  it.each(["", "true", "a1b2c3d4e5f", "/run/secrets/token", "C:\\secrets\\token", "~/secrets/token1", "unauthenticated", "      short1      "])(
    "are not those whose value is none: %j",
    (value) => {
      expect(secretsIn({ API_TOKEN: value, GONE_TOKEN: undefined })).toEqual([]);
    },
  );

  it("are exactly those that are named, when some are", () => {
    const env = { PIN: "12345678", SHORT: "1234567", WORD: "unauthenticated", API_KEY: VALUE };
    expect(secretsIn(env, ["PIN", "SHORT", "WORD", "GONE"])).toEqual([
      { name: "env:PIN", value: "12345678" },
      { name: "env:WORD", value: "unauthenticated" },
    ]);
    expect(secretsIn(env, [])).toEqual([]);
  });

  it("have no white space around them", () => {
    expect(secretsIn({ API_KEY: `${VALUE}\n` })).toEqual([{ name: "env:API_KEY", value: VALUE }]);
  });
});
