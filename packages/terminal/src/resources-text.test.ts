import type { ProfileReport, ResourcesReport } from "@dad/protocol";
import { expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { resourcesText } from "./resources-text.ts";

const NOTHING: ProfileReport = { name: "ci", extends: [], models: [], endpoints: [], secrets: [], tools: [], others: [] };

function textOf(profiles: readonly ProfileReport[], more: Partial<ResourcesReport> = {}): string {
  return resourcesText({ format: "dad.resources/1", checked: false, profiles: [...profiles], ...more }, unpainted);
}

it("shows of each profile what it has, in columns, with what is wrong below it", () => {
  const live: ProfileReport = {
    ...NOTHING,
    name: "live",
    extends: ["base", "other"],
    note: "the real ones",
    budget: { usd: 5, tokens: 100_000, calls: 3, timeMs: 60_000 },
    models: [
      { alias: "tape", provider: "openai", model: "gpt-5", recorded: true, secrets: [], status: "fine" },
      {
        alias: "writer",
        provider: "anthropic",
        model: "claude-1",
        price: { inputPerMTok: 3, outputPerMTok: 15 },
        limits: { concurrency: 2 },
        providerLimits: { requestsPerMinute: 50, tokensPerMinute: 4_000 },
        fallbacks: ["tape"],
        secrets: ["env:KEY"],
        status: "missing",
        problem: "the key is not accepted",
      },
    ],
    endpoints: [{ alias: "api", url: "https://api.example/", status: "unchecked" }],
    tools: [{ alias: "files", server: "npx server", tools: ["read", "write"], secrets: [], status: "fine" }],
    secrets: [{ reference: "env:KEY", status: "fine" }],
    others: [{ kind: "database", alias: "main" }],
  };
  expect(textOf([live], { selected: "live" })).toBe(
    [
      "profile live  extends base, other; used when nobody names one",
      "  the real ones",
      "  all runs of a process together: $5.00, 100,000 tokens, 3 calls, 1m 00s",
      "  fine       model     tape    openai/gpt-5; recorded",
      "  missing    model     writer  anthropic/claude-1; $3 in and $15 out per million tokens; at most 2 at once; at most 50 requests a minute, 4,000 tokens a minute for all of anthropic; else tape; with env:KEY",
      "    the key is not accepted",
      "  unchecked  endpoint  api     https://api.example/",
      "  fine       tools     files   npx server: read, write",
      "  fine       secret            env:KEY",
      "  unchecked  database  main",
      "",
    ].join("\n"),
  );
});

it("says of a profile that it has nothing, or what is wrong with all of it, and what asking has cost", () => {
  const usage = { calls: 1, inputTokens: 8, outputTokens: 2, costUsd: null };
  expect(textOf([NOTHING, { ...NOTHING, name: "bad", problem: "it extends itself" }], { usage })).toBe(
    "profile ci\n  nothing\n\nprofile bad\n  it extends itself\n\nasking took 8 in, 2 out: unknown\n",
  );
});
