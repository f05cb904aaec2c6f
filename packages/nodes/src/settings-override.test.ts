import { describe, expect, it } from "vitest";
import { z } from "zod";
import { overridden, overridingInput } from "./settings-override.ts";

const Settings = z
  .strictObject({
    model: z.string().min(1),
    limit: z.int().default(3),
    first: z.string().optional(),
    second: z.string().optional(),
    deep: z.strictObject({ a: z.int(), b: z.int().default(2) }).default({ a: 1, b: 1 }),
  })
  .refine(({ first, second }) => first === undefined || second === undefined, "give first or second");

const Input = overridingInput(Settings, { note: z.string().optional() });
const settings = Settings.parse({ model: "small", first: "1" });

describe("settings that are given through the input (row 99)", () => {
  it("replace members of the settings whole, and leave the others", () => {
    const input = Input.parse({ settings: { model: "large", deep: { a: 9 } }, note: "n" });
    expect(overridden(Settings, settings, input)).toEqual({ model: "large", limit: 3, first: "1", deep: { a: 9, b: 2 } });
  });

  it("take a member away with null", () => {
    const kept = Settings.parse({ ...settings, limit: 8 });
    expect(overridden(Settings, kept, Input.parse({ settings: { first: null, second: "2", limit: null } }))).toEqual({
      model: "small",
      limit: 3,
      second: "2",
      deep: { a: 1, b: 1 },
    });
  });

  it("bring no default in the place of what the node has", () => {
    expect(Input.parse({ settings: {} })).toEqual({ settings: {} });
    expect(overridden(Settings, Settings.parse({ ...settings, limit: 8 }), { settings: { model: "m" } })).toMatchObject({ limit: 8 });
  });

  it.each([undefined, {}, { settings: {} }])("change nothing when the input is %j", (input) => {
    expect(overridden(Settings, settings, input)).toBe(settings);
  });

  it.each([{ settings: { modle: "x" } }, { settings: { limit: "3" } }, { settings: { model: "" } }, { setings: {} }, { settings: 1 }])(
    "are refused beforehand as %j",
    (input) => {
      expect(Input.safeParse(input).success).toBe(false);
    },
  );

  it.each([
    [{ second: "2" }, "with input.settings (second) in their place: give first or second"],
    [{ model: null }, "with input.settings (model) in their place: model: "],
  ])("fail with their names when %j does not go together with the rest", (override, message) => {
    const failing = () => overridden(Settings, settings, Input.parse({ settings: override }));
    expect(failing).toThrow(expect.objectContaining({ code: "SETTINGS_OVERRIDE_INVALID", message: expect.stringContaining(message) as string }));
  });
});
