import { describe, expect, it } from "vitest";
import { withoutCredentials } from "./without-credentials.ts";

describe("an address without credentials", () => {
  it.each([
    ["https://me:hunter2@example.com/v1?a=1#b", "https://example.com/v1?a=1#b"],
    ["https://token@example.com", "https://example.com/"],
    ["https://example.com/v1", "https://example.com/v1"],
    ["no address", "no address"],
  ])("has of %s what says where it is", (address, where) => {
    expect(withoutCredentials(address)).toBe(where);
  });

  it("leaves what it was given as it is", () => {
    const address = new URL("https://me:hunter2@example.com/");
    expect(withoutCredentials(address)).toBe("https://example.com/");
    expect(address.password).toBe("hunter2");
  });
});
