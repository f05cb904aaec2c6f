import type { OutputPiece } from "@dad/agent";
import { redactor } from "@dad/secrets";
import fc from "fast-check";
import { expect, it } from "vitest";
import { execResult } from "../testing-context.ts";
import { textOf, watchOutput } from "./kept-output.ts";

const NO_SECRETS = { redactor: redactor() };

/** What a space does with output that comes in these chunks. */
function watched(chunks: readonly Uint8Array[], limitBytes: number, known = NO_SECRETS.redactor) {
  const pieces: OutputPiece[] = [];
  const watch = watchOutput({ stream: (piece) => void pieces.push(piece), redactor: known }, limitBytes);
  for (const chunk of chunks) watch.onOutput("stdout", chunk);
  const all = new Uint8Array(Buffer.concat(chunks));
  const lost = Math.max(0, all.byteLength - limitBytes);
  const kept = watch.finish({ ...execResult(), stdout: all.subarray(0, limitBytes), lost: { stdout: lost, stderr: 0 } });
  return { all, kept: kept.stdout, told: pieces.map(({ text }) => text).join(""), lost };
}

const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const output = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: "grapheme" }).map((text) => new TextEncoder().encode(text)),
    ),
    {
      maxLength: 20,
    },
  )
  // Cut anywhere, also within a character.
  .chain((parts) => fc.tuple(fc.constant(Buffer.concat(parts)), fc.array(fc.nat({ max: 800 }), { maxLength: 6 })))
  .map(([bytes, cuts]) =>
    [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length]
      .toSorted((a, b) => a - b)
      .map((cut, index, all) => new Uint8Array(bytes.subarray(all[index - 1] ?? 0, cut))),
  );

it("keeps and tells everything that fits, whatever the chunks", () => {
  fc.assert(
    fc.property(output, (chunks) => {
      const { all, kept, told } = watched(chunks, 10_000);
      expect(kept).toEqual({ begin: all, end: undefined });
      expect(told).toBe(decode(all));
      expect(textOf(kept, NO_SECRETS)).toEqual({ begin: told, end: "" });
    }),
  );
});

it("keeps the beginning and the end of what does not fit, and as many bytes as it may", () => {
  fc.assert(
    fc.property(output, fc.integer({ min: 1, max: 60 }), (chunks, limit) => {
      const { all, kept, lost } = watched(chunks, limit);
      fc.pre(lost > 0);
      expect(kept.begin.length + (kept.end?.length ?? 0)).toBe(limit);
      expect(kept.begin).toEqual(all.subarray(0, kept.begin.length));
      expect(kept.end).toEqual(all.subarray(all.length - (kept.end?.length ?? 0)));
    }),
  );
});

it("gives no half characters at the cuts, and tells none", () => {
  const text = "€".repeat(100);
  const { kept, told } = watched([new TextEncoder().encode(text)], 101);
  expect(textOf(kept, NO_SECRETS)).toEqual({ begin: "€".repeat(25), end: "€".repeat(8) });
  expect(told).toBe("€".repeat(33));
});

it("tells what a program wrote that ends in half a character", () => {
  expect(watched([new Uint8Array([0x61, 0xe2]), new Uint8Array([0x82])], 10).told).toBe("a\ufffd");
});

it("has no part of a secret where something is cut", () => {
  const secret = "Zq7vK2mXw9Rt4LpB8sNd";
  const known = redactor([{ name: "env:KEY", value: secret }]);
  const chunks = [`..${secret}..`, `..${secret.slice(0, 5)}`, `${secret.slice(5)}..`].map((text) => new TextEncoder().encode(text));
  for (let limit = 1; limit < 48; limit += 1) {
    const { kept, told, lost } = watched(chunks, limit, known);
    expect(lost).toBeGreaterThan(0);
    const { begin, end } = textOf(kept, { redactor: known });
    const shown = [begin, end, told].join("|");
    expect(shown).not.toMatch(/Zq|7v|K2|mX|w9|Rt|4L|pB|8s|Nd/);
  }
});
