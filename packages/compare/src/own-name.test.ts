import { describe, expect, it } from "vitest";
import { withoutOwnName } from "./own-name.ts";

const GENERATED = "nightly_run_20261122_073443_1f9c2a";

describe("withoutOwnName", () => {
  it("takes a generated name out wherever it is", () => {
    expect(withoutOwnName(`in ${GENERATED}, at /runs/${GENERATED}/x`, GENERATED)).toBe("in <run>, at /runs/<run>/x");
  });

  it("takes a name that somebody chose out of paths only: it may be any word", () => {
    expect(withoutOwnName("a cat of /runs/a/b and /runs/ab, /a.txt", "a")).toBe("a cat of /runs/<run>/b and /runs/ab, /a.txt");
    expect(withoutOwnName("GET api/a/users, /runs/.dad/work/a/x", "a")).toBe("GET api/a/users, /runs/.dad/work/<run>/x");
    expect(withoutOwnName("/runs/v1.2/x /runs/v1x2/x", "v1.2")).toBe("/runs/<run>/x /runs/v1x2/x");
  });
});
