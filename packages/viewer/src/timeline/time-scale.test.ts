import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ticksOf } from "./ticks.ts";
import { timeScale } from "./time-scale.ts";

const interval = fc
  .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 50_000 }))
  .map(([start, length]) => ({ start, end: start + length }));
const scales = fc
  .tuple(fc.array(interval, { maxLength: 20 }), fc.boolean())
  .map(([busy, compress]) => timeScale(busy, { start: 0, end: 1_100_000 }, { compress }));

describe("timeScale", () => {
  it("keeps the order of moments, and finds each of them again", () => {
    fc.assert(
      fc.property(scales, fc.array(fc.integer({ min: 0, max: 1_100_000 }), { minLength: 2 }), (scale, moments) => {
        const places = moments.toSorted((left, right) => left - right).map((moment) => scale.at(moment));
        expect(places).toEqual(places.toSorted((left, right) => left - right));
        expect(places.every((place) => place >= 0 && place <= scale.length)).toBe(true);
        for (const moment of moments) expect(scale.momentAt(scale.at(moment))).toBeCloseTo(moment, 3);
      }),
    );
  });

  it("draws a long time in which nothing happened shorter, and no other", () => {
    const busy = [
      { start: 0, end: 4000 },
      { start: 4100, end: 8000 },
      { start: 900_000, end: 901_000 },
    ];
    const scale = timeScale(busy, { start: 0, end: 901_000 }, { compress: true });
    expect(scale.segments.filter(({ idle }) => idle).map(({ start, end }) => [start, end])).toEqual([[8000, 900_000]]);
    expect(scale.length).toBeLessThan(10_000);
    expect(timeScale(busy, { start: 0, end: 901_000 }, { compress: false }).length).toBe(901_000);
  });

  it("shows a run in which nothing happened", () => {
    expect(timeScale([], { start: 5, end: 5 }, { compress: true }).segments).toHaveLength(1);
  });
});

describe("ticksOf", () => {
  it("stands at round times, about as many as asked for, and not where nothing happened", () => {
    const scale = timeScale([{ start: 1000, end: 9000 }], { start: 1000, end: 9000 }, { compress: true });
    expect(ticksOf(scale, [0, scale.length], 5).map(({ label }) => label)).toEqual(["0", "2s", "4s", "6s", "8s"]);
    expect(ticksOf(scale, [100, 101], 4).map(({ label }) => label)).toEqual(["100.0ms", "100.5ms", "101.0ms"]);
  });

  it("are few for a run that a file says took as long as any date, or any number", () => {
    for (const end of [8.64e15, 1e300]) {
      const scale = timeScale([], { start: 0, end }, { compress: false });
      expect(ticksOf(scale, [0, scale.length], 10).length).toBeLessThan(12);
    }
  });

  it("are never many, whatever is shown", () => {
    fc.assert(
      fc.property(scales, fc.double({ min: 0.0001, max: 1, noNaN: true }), (scale, share) => {
        expect(ticksOf(scale, [0, scale.length * share], 10).length).toBeLessThan(40);
      }),
    );
  });
});
