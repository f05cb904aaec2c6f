import { type Json, NodePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { recordPlaces } from "./record-places.ts";

const [one, two] = ["main.one", "main.two"].map((path) => NodePath.parse(path)) as [NodePath, NodePath];
const at = (path: string) => ({ outcome: { path } });
const refusedFor = (name: string, message: RegExp) =>
  expect.objectContaining({ code: "ARTIFACT_REFUSED", details: { name, node: two }, message: expect.stringMatching(message) as string }) as Error;

describe("a place that a node takes", () => {
  it.each<[string, string]>([
    ["the place", "reports/a.json"],
    ["the place in other letters", "Reports/A.json"],
    ["a place below", "reports/a.json/deep/x"],
    ["a directory above", "reports"],
  ])("is its own: another node does not take %s", (_what, path) => {
    const places = recordPlaces([one, two]);
    places.take(one, at("reports/a.json"));
    expect(() => places.take(two, at(path))).toThrow(refusedFor("outcome", /is where node main\.one keeps what is its own/));
  });

  it.each(["main/one", "main/one/outcome.json", "main/one/files/x", "MAIN/ONE/x", "main"])("is not %s, where another node is", (path) => {
    expect(() => recordPlaces([one, two]).take(two, at(path))).toThrow(refusedFor("outcome", /node main\.one/));
  });

  it.each(["run.json", ".trace/x", "static_inputs/x", "files/x", "../x", "/x"])("is not %s, which can be that of no node", (path) => {
    expect(() => recordPlaces([two]).take(two, { files: { path } })).toThrow(refusedFor("files", /itself|no place/));
  });

  it("may be beside that of another, in its own directory, and taken again by the same node", () => {
    const places = recordPlaces([one, two]);
    places.take(one, at("reports/a.json"));
    for (const path of ["reports/b.json", "reports/a.json.txt", "main/two/value.json", "main/summary.json"]) {
      expect(places.take(two, at(path))).toEqual(at(path));
      expect(places.take(two, at(path))).toEqual(at(path));
    }
  });

  it("is not taken when another of the same settings is refused", () => {
    const places = recordPlaces([one, two]);
    expect(() => places.take(one, { outcome: { path: "free" }, files: { path: "run.json" } })).toThrow("kept for the run");
    expect(() => places.take(two, at("free"))).not.toThrow();
  });

  it("is a text, whatever a template gave", () => {
    expect(() => recordPlaces([two]).take(two, { outcome: { path: 3 } })).toThrow(refusedFor("outcome", /outcome\.path: .*expected string/));
  });
});

describe("the places of one node", () => {
  it.each<[string, Json]>([
    ["one file for two entries", { input: { path: "x" }, outcome: { path: "X" } }],
    ["a file in the usual place of another entry", { outcome: { path: "main/two/result.json" } }],
    ["a file in the usual place of another entry in its format", { input: { format: "yaml" }, outcome: { path: "main/two/input.yaml" } }],
    ["a file below a file", { input: { path: "x" }, state: { path: "x/y" } }],
    ["files below a file", { outcome: { path: "x" }, files: { path: "x/y" } }],
    ["a file where its own directory is", { outcome: { path: "main" } }],
  ])("are refused with %s", (_what, record) => {
    expect(() => recordPlaces([two]).take(two, record)).toThrow(
      expect.objectContaining({ code: "ARTIFACT_EXISTS", message: expect.stringContaining("node main.two") as string }),
    );
  });

  it.each<[string, Json]>([
    ["files around the other entries", { outcome: { path: "x/outcome.json" }, files: { path: "x" } }],
    [
      "all in one directory",
      { input: { path: "x/i" }, outcome: { path: "x/o" }, result: { path: "x/r" }, state: { path: "x/s" }, files: { path: "x/f" } },
    ],
    ["the usual place of an entry that has another", { input: { path: "x" }, outcome: { path: "main/two/input.json" } }],
    ["the usual place of an entry of another format", { input: { format: "yaml" }, outcome: { path: "main/two/input.json" } }],
  ])("may be %s", (_what, record) => {
    expect(recordPlaces([two]).take(two, record)).toBe(record);
  });
});
