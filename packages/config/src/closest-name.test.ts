import { describe, expect, it } from "vitest";
import { closestName } from "./closest-name.ts";

const names = ["project", "runRoot", "workspace", "resources", "profile"];

describe("closestName", () => {
  it.each([
    ["runroot", "runRoot"],
    ["run_root", "runRoot"],
    ["profiles", "profile"],
    ["resource", "resources"],
    ["wrokspace", "workspace"],
    ["porject", "project"],
  ])("takes %s for %s", (written, meant) => {
    expect(closestName(written, names)).toBe(meant);
  });

  it.each(["", "x", "models", "artifacts", "__proto__"])("takes %j for nothing", (written) => {
    expect(closestName(written, names)).toBeUndefined();
  });

  it("knows nothing when there are no names", () => {
    expect(closestName("a", [])).toBeUndefined();
  });
});
