import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "colours.css"), "utf8");
const colours = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)/g)].map(([, name = "", ...both]) => [name, both]),
);

const TEXTS = ["text", "muted", "accent", "completed", "failed", "running", "waiting", "interrupted", "cancelled", "skipped", "reused"];
const GROUNDS = ["page", "panel"];

/** By WCAG 2.2. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((left, right) => right - left);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([
  ["light", 0],
  ["dark", 1],
] as const)("the %s colours", (_name, index) => {
  const of = (name: string) => colours.get(name)?.[index] ?? "";
  const contrasts = (texts: readonly string[], grounds: readonly string[]) =>
    texts.flatMap((text) => grounds.map((ground) => ({ text, ground, ratio: contrast(of(text), of(ground)) })));

  it("let all texts be read on what they stand on", () => {
    const all = [...contrasts(TEXTS, GROUNDS), ...contrasts(["text", "muted", "accent", "failed"], ["chosen", "raised"])];
    expect(all.filter(({ ratio }) => !(ratio >= 4.5))).toEqual([]);
  });

  it("let what is filled be seen", () => {
    const fillings = [...colours.keys()].filter((name) => name.endsWith("-fill") && !/^(skipped|cancelled)/.test(name));
    expect(contrasts(fillings, ["panel"]).filter(({ ratio }) => !(ratio >= 1.5))).toEqual([]);
  });
});
