import type { BudgetLimits, ModelReport, ProfileReport, ResourcesReport, ResourceStatus } from "@dad/protocol";
import { costText, tokensText } from "./amounts.ts";
import { durationText } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { type Cell, rowLines } from "./rows.ts";

/** The profiles of a project, what they have, and whether it can be used, for people. Its data is taken as it is: make it visible before. */
export function resourcesText({ profiles, selected, usage }: ResourcesReport, paint: Paint): string {
  const blocks = profiles.map((profile) => profileLines(profile, { paint, isSelected: profile.name === selected }).join("\n"));
  const used = usage ? [`asking took ${tokensText(usage)}: ${costText(usage.costUsd)}`] : [];
  return [...blocks, ...used].map((block) => `${block}\n`).join("\n");
}

interface Look {
  readonly paint: Paint;
  readonly isSelected: boolean;
}

function profileLines(profile: ProfileReport, { paint, isSelected }: Look): string[] {
  const { name, note, extends: parents, budget, problem } = profile;
  const facts = [...(parents.length === 0 ? [] : [`extends ${parents.join(", ")}`]), ...(isSelected ? ["used when nobody names one"] : [])];
  const head = `profile ${paint("bold", name)}${facts.length === 0 ? "" : paint("dim", `  ${facts.join("; ")}`)}`;
  const about = [...(note === undefined ? [] : [note]), ...(budget ? [`all runs of a process together: ${budgetText(budget)}`] : [])];
  const rows = rowsOf(profile);
  const lines = rowLines(rows.map((row) => cellsOf(row, paint)));
  const below = rows.flatMap((row, at) => [`  ${lines[at] ?? ""}`, ...(row.problem === undefined ? [] : [`    ${paint("red", row.problem)}`])]);
  const empty = rows.length === 0 && problem === undefined ? [paint("dim", "  nothing")] : [];
  return [head, ...about.map((line) => `  ${line}`), ...(problem === undefined ? [] : [`  ${paint("red", problem)}`]), ...below, ...empty];
}

interface Row {
  readonly status: ResourceStatus;
  readonly kind: string;
  readonly alias: string;
  readonly what: string;
  readonly problem?: string | undefined;
}

function rowsOf({ models, endpoints, secrets, tools, others }: ProfileReport): Row[] {
  return [
    ...models.map((model) => ({ ...model, kind: "model", what: modelText(model) })),
    ...endpoints.map(({ url, ...found }) => ({ ...found, kind: "endpoint", what: url })),
    ...tools.map(({ server, tools: names, ...found }) => ({
      ...found,
      kind: "tools",
      what: names ? `${server}: ${names.join(", ") || "none"}` : server,
    })),
    ...secrets.map(({ alias = "", reference, ...found }) => ({ ...found, kind: "secret", alias, what: reference })),
    ...others.map(({ kind, alias }) => ({ status: "unchecked" as const, kind, alias, what: "" })),
  ];
}

const COLOURS = { fine: "green", unchecked: "dim", missing: "red" } as const;

function cellsOf({ status, kind, alias, what }: Row, paint: Paint): Cell[] {
  return [{ plain: status, shown: paint(COLOURS[status], status) }, { plain: kind }, { plain: alias }, { plain: what }];
}

function modelText(model: ModelReport): string {
  const { provider, model: name, recorded, limits, providerLimits, fallbacks, secrets, usage, durationMs } = model;
  const facts = [
    `${provider === undefined ? "" : `${provider}/`}${name ?? "?"}`,
    recorded ? "recorded" : priceText(model.price),
    ...(limits ? [limitsText(limits)] : []),
    ...(providerLimits ? [`${limitsText(providerLimits)} for all of ${provider ?? "its provider"}`] : []),
    ...(fallbacks ? [`else ${fallbacks.join(", ")}`] : []),
    ...(secrets.length === 0 ? [] : [`with ${secrets.join(", ")}`]),
    ...(durationMs === undefined ? [] : [`answered in ${durationText(durationMs)}${usage ? ` (${costText(usage.costUsd)})` : ""}`]),
  ];
  return facts.join("; ");
}

function priceText(price: ModelReport["price"]): string {
  return price ? `$${price.inputPerMTok} in and $${price.outputPerMTok} out per million tokens` : "price unknown";
}

const LIMITS: Readonly<Record<string, string>> = {
  concurrency: "at once",
  requestsPerMinute: "requests a minute",
  tokensPerMinute: "tokens a minute",
};

function limitsText(limits: Readonly<Record<string, number>>): string {
  return `at most ${Object.entries(limits)
    .map(([name, limit]) => `${limit.toLocaleString("en-US")} ${LIMITS[name] ?? name}`)
    .join(", ")}`;
}

function budgetText({ usd, tokens, calls, timeMs }: BudgetLimits): string {
  return [
    ...(usd === undefined ? [] : [costText(usd)]),
    ...(tokens === undefined ? [] : [`${tokens.toLocaleString("en-US")} tokens`]),
    ...(calls === undefined ? [] : [`${calls.toLocaleString("en-US")} calls`]),
    ...(timeMs === undefined ? [] : [durationText(timeMs)]),
  ].join(", ");
}
