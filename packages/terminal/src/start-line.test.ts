import { expect, it } from "vitest";
import { startLine } from "./start-line.ts";

const source = { repository: "/home/me/project", revision: "main", commit: "abc1234def" };

it.each([
  [undefined, "starts from main (abc1234) of this project"],
  [0, "starts from main (abc1234) of this project"],
  [1, "starts from main (abc1234) of this project; 1 uncommitted change is no part of it"],
  [3, "starts from main (abc1234) of this project; 3 uncommitted changes are no part of it"],
])("says from where a run starts, and what is no part of it: %s", (uncommitted, text) => {
  expect(startLine(source, uncommitted)).toBe(text);
});

it("names a commit once that was asked for by its id", () => {
  expect(startLine({ ...source, revision: "abc1234def" }, undefined)).toBe("starts from abc1234 of this project");
  expect(startLine({ ...source, revision: "abc" }, undefined)).toBe("starts from abc (abc1234) of this project");
});
