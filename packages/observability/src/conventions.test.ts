import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { artifactAttributes, ATTRIBUTES, EVENTS, GENAI_CONVENTIONS_COMMIT, GENAI_SCHEMA_URL, LINKS, METRICS } from "./conventions.ts";
import { counterOf, histogramOf } from "./instruments.ts";
import { memoryObservability } from "./memory.ts";

const attributes = Object.values(ATTRIBUTES).flatMap((group) => Object.values(group));

describe("the table of names", () => {
  it("has each name once", () => {
    expect(new Set(attributes).size).toBe(attributes.length);
    const metrics = Object.values(METRICS).map(({ name }) => name);
    expect(new Set(metrics).size).toBe(metrics.length);
  });

  it("has only names as OpenTelemetry spells them", () => {
    const events = Object.values(EVENTS).filter((name) => typeof name === "string");
    for (const name of [...attributes, ...events, ...Object.values(METRICS).map((metric) => metric.name)]) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z0-9]+(?:_[a-z0-9]+)*)+$/);
    }
  });

  it("is written out for people, with each name", () => {
    const document = readFileSync(new URL("../../../docs/telemetry-conventions.md", import.meta.url), "utf8");
    const events = Object.values(EVENTS).filter((name) => typeof name === "string");
    const { uri, digest } = artifactAttributes("<what>");
    const names = [...attributes, uri, digest, ...events, ...Object.values(METRICS).map(({ name }) => name), ...Object.values(LINKS)];
    expect(names.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
    expect(document).toContain(GENAI_SCHEMA_URL);
    expect(document).toContain(GENAI_CONVENTIONS_COMMIT);
  });

  it("has bounds that rise", () => {
    for (const { bounds = [] } of Object.values(METRICS).filter((metric) => "bounds" in metric)) {
      expect(bounds).toEqual([...bounds].sort((left, right) => left - right));
      expect(new Set(bounds).size).toBe(bounds.length);
    }
  });
});

describe("the instrument of a row", () => {
  it("has its name, unit and description", () => {
    const { meter, metrics } = memoryObservability();
    counterOf(meter, METRICS.cost).add(2);
    histogramOf(meter, METRICS.toolDuration).record(1);
    const { name, unit, description } = METRICS.toolDuration;
    expect(metrics).toMatchObject([
      { name: "dad.cost.usd", kind: "counter", unit: "{USD}", value: 2 },
      { name, kind: "histogram", unit, description, value: 1 },
    ]);
  });
});
