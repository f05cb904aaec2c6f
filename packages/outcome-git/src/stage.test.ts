import { expect, it } from "vitest";
import { leadsOutside } from "./stage.ts";

it.each([
  ["link", "file"],
  ["link", "./dir//file"],
  ["a/link", "../file"],
  ["a/b/link", "../../c/d"],
  ["link", "..."],
])("says that a link at %j to %j stays inside", (path, target) => {
  expect(leadsOutside(path, target)).toBe(false);
});

it.each([
  ["link", "/etc/passwd"],
  ["link", ".."],
  ["link", "../x"],
  ["a/link", "../../x"],
  ["a/link", ".././.."],
  ["a/link", "b/../../.."],
  ["link", "a/.."],
  ["link", "C:/x"],
  ["link", "..\\x"],
])("says that a link at %j to %j may lead out", (path, target) => {
  expect(leadsOutside(path, target)).toBe(true);
});
