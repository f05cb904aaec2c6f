import { describe, expect, it } from "vitest";
import { isSecretName, looksLikeSecret } from "./secret-names.ts";

const TEXT = "0123456789abcdefABCDEF0123456789abcdefABCDEF";

describe("the name of a secret", () => {
  it.each(["apiKey", "APIKey", "api_key", "x-api-key", "token", "accessToken", "refreshTokens", "password", "secretAccessKey", "client_secret"])(
    "is %s",
    (name) => expect(isSecretName(name)).toBe(true),
  );

  it.each(["Authorization", "sessionToken", "privateKey", "passphrase", "OPENAI_API_KEY"])("is %s", (name) => expect(isSecretName(name)).toBe(true));

  it.each(["maxTokens", "max_output_tokens", "tokensPerMinute", "tokenUrl", "passwordFile", "secretary", "publicKey", "key", "baseURL", "tokenizer"])(
    "is not %s",
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe("what looks like a secret", () => {
  it.each([
    `sk-${TEXT}`,
    `sk-proj-${TEXT}-_`,
    `sk-ant-api03-${TEXT}`,
    `sk_live_${TEXT}`,
    `ghp_${TEXT}`,
    `github_pat_${TEXT}`,
    `glpat-${TEXT}`,
    `npm_${TEXT}`,
    `hf_${TEXT}`,
    "AKIAIOSFODNN7EXAMPLE",
    `AIza${TEXT.slice(0, 35)}`,
    "xoxb-123456789012-abcdef",
    `gsk_${TEXT}`,
    `hvs.${TEXT}`,
    `Bearer sk-${TEXT}`,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ\n-----END RSA PRIVATE KEY-----\n",
    '{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\\nMIIEvQ"}',
  ])("is %s", (text) => expect(looksLikeSecret(text)).toBe(true));

  it.each([
    "",
    "gpt-5-mini",
    "claude-sonnet-4-5",
    "sk-short",
    "Bearer",
    "https://api.openai.com/v1",
    "env:OPENAI_API_KEY",
    "-----BEGIN CERTIFICATE-----",
    "a sentence with sk-0123456789abcdefghij in it",
    "task-management-for-everybody",
    "20251126-0123-4567-89ab-cdef01234567",
  ])("is not %j", (text) => expect(looksLikeSecret(text)).toBe(false));
});
