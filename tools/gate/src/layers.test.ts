import { describe, expect, it } from "vitest";
import { layerOf, type Layer, refusal } from "./layers.ts";

const element = (name: string, layer: Layer) => ({ name, layer });
const artifacts = element("artifacts", "port");
const journal = element("journal", "port");
const protocol = element("protocol", "protocol");
const disk = element("disk", "foundation");
const runner = element("runner", "application");
const runContext = element("run-context", "application");
const s3 = element("artifacts-s3", "adapter");
const local = element("local", "preset");
const cli = element("cli", "app");

describe("refusal", () => {
  it.each([
    [disk, protocol],
    [artifacts, protocol],
    [artifacts, disk],
    [runner, artifacts],
    [runner, runContext],
    [runner, element("secrets", "foundation")],
    [s3, artifacts],
    [s3, protocol],
    [s3, disk],
    [local, disk],
    [local, s3],
    [cli, local],
    [cli, s3],
  ])("lets $0.name import $1.name", (from, to) => {
    expect(refusal({ from, to, test: false })).toBeUndefined();
  });

  it.each([
    [protocol, artifacts],
    [protocol, disk],
    [disk, artifacts],
    [disk, element("clock", "foundation")],
    [artifacts, journal],
    [artifacts, runner],
    [runner, disk],
    [runner, s3],
    [runner, local],
    [s3, journal],
    [s3, runner],
    [s3, element("artifacts-disk", "adapter")],
    [local, cli],
    [cli, element("sample", "app")],
  ])("refuses that $0.name imports $1.name", (from, to) => {
    expect(refusal({ from, to, test: false })).toBeDefined();
  });

  it("refuses an adapter's subpath to the application layer, except in tests", () => {
    expect(refusal({ from: runner, to: artifacts, subpath: "memory", test: false })).toContain("never one of their adapters");
    expect(refusal({ from: runner, to: artifacts, subpath: "memory", test: true })).toBeUndefined();
    expect(refusal({ from: local, to: artifacts, subpath: "memory", test: false })).toBeUndefined();
  });

  it("lets the tests of the application layer use presets, and nobody but tests that for tests of agents", () => {
    const testing = element("testing", "preset");
    expect(refusal({ from: runner, to: local, test: true })).toBeUndefined();
    expect(refusal({ from: runner, to: testing, test: true })).toBeUndefined();
    expect(refusal({ from: cli, to: testing, test: true })).toBeUndefined();
    expect(refusal({ from: cli, to: testing, test: false })).toBe("what is for testing is for tests and contract suites");
    expect(refusal({ from: artifacts, to: testing, test: true })).toBeDefined();
  });

  it("lets the tests of any package use a tool, and nobody else", () => {
    const tool = element("fake-providers", "tool");
    expect(refusal({ from: s3, to: tool, test: true })).toBeUndefined();
    expect(refusal({ from: cli, to: tool, test: true })).toBeUndefined();
    expect(refusal({ from: s3, to: tool, test: false })).toBe("an adapter does not import a tool");
  });

  it("lets contract suites and tools have a disk that fails", () => {
    expect(refusal({ from: artifacts, to: disk, subpath: "testing", test: false, contract: true })).toBeUndefined();
    expect(refusal({ from: element("faults", "tool"), to: disk, subpath: "testing", test: false })).toBeUndefined();
  });

  it("refuses a contract suite outside of tests, to everybody", () => {
    expect(refusal({ from: cli, to: artifacts, subpath: "testing", test: false })).toBe("what is for testing is for tests and contract suites");
    expect(refusal({ from: s3, to: artifacts, subpath: "testing", test: true })).toBeUndefined();
    expect(refusal({ from: artifacts, to: disk, subpath: "testing", test: false })).toBeDefined();
  });

  it("lets only the tests of a package import it by name", () => {
    expect(refusal({ from: artifacts, to: artifacts, subpath: "disk", test: true })).toBeUndefined();
    expect(refusal({ from: artifacts, to: artifacts, subpath: "disk", test: false })).toBe("a package does not import itself by name");
  });

  it("does not open a port or an adapter to others in tests", () => {
    expect(refusal({ from: artifacts, to: journal, test: true })).toBeDefined();
    expect(refusal({ from: s3, to: journal, test: true })).toBeDefined();
  });
});

describe("layerOf", () => {
  it("reads the one layer tag", () => {
    expect(layerOf("artifacts", ["npm:public", "layer:port"])).toBe("port");
  });

  it.each([[[]], [["layer:core"]], [["layer:port", "layer:app"]]])("refuses the tags %j and names the project", (tags) => {
    expect(() => layerOf("artifacts", tags)).toThrow("the project artifacts needs exactly one tag");
  });
});
