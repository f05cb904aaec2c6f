import { NodePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { encodeArtifact, placeRefusal } from "./artifact-to-keep.ts";

const node = NodePath.parse("a.node");
const bytes = new Uint8Array([0x89, 0x50, 0xff]);

describe("an artifact to keep", () => {
  it.each<[Parameters<typeof encodeArtifact>[0], mediaType: string, path: string]>([
    [{ node, name: "plan", data: { a: 1 } }, "application/json", "a/node/plan.json"],
    [{ node, name: "plan", data: { a: 1 }, format: "yaml" }, "application/yaml", "a/node/plan.yaml"],
    [{ node, name: "plan", data: "text" }, "text/plain; charset=utf-8", "a/node/plan.txt"],
    [{ node, name: "plan", data: bytes }, "application/octet-stream", "a/node/plan"],
    [{ node, name: "plot.png", data: bytes, mediaType: "image/png" }, "image/png", "a/node/plot.png"],
    [{ node, name: "charts/plot.png", data: bytes, mediaType: "image/png", directory: "a/node/files" }, "image/png", "a/node/files/charts/plot.png"],
    [{ node, name: "log", data: bytes, mediaType: "text/plain" }, "text/plain", "a/node/log.txt"],
    [{ node, name: "outcome", data: 1, path: "reports/x.yml", format: "yaml" }, "application/yaml", "reports/x.yml"],
    [{ name: "plan", data: "text" }, "text/plain; charset=utf-8", "files/plan.txt"],
    [{ name: "plan", data: "text", path: "files/deep/plan" }, "text/plain; charset=utf-8", "files/deep/plan"],
  ])("%j has a media type and a place", (artifact, mediaType, path) => {
    expect(encodeArtifact(artifact)).toMatchObject({ mediaType, path });
  });

  it("that is bytes stays what it is, byte for byte", () => {
    expect(encodeArtifact({ node, name: "x", data: bytes }).bytes).toBe(bytes);
  });

  it.each<[string, Parameters<typeof encodeArtifact>[0], RegExp]>([
    ["whose data is not of its format", { node, name: "x", data: { a: 1 }, format: "text" }, /artifact "x" of node a\.node .*not an object/],
    ["in a format that is none", { node, name: "x", data: 1, format: "yml" as never }, /no format "yml"/],
    ["in a place of the run's", { node, name: "x", data: 1, path: "run.json" }, /"run\.json" is kept for the run itself/],
    ["in a directory of the run's", { node, name: "x", data: 1, directory: "files" }, /"files\/x\.json" is kept for the run itself/],
    ["outside of the run", { node, name: "x", data: 1, path: "../x" }, /"\.\.\/x" is no place for it: a path is relative/],
    ["of the run itself, in a place of a node's", { name: "x", data: 1, directory: "a/node" }, /belongs to the run itself lies below files/],
  ])("%s is refused by name", (_what, artifact, message) => {
    expect(() => encodeArtifact(artifact)).toThrow(
      expect.objectContaining({ code: "ARTIFACT_REFUSED", message: expect.stringMatching(message) as string }),
    );
  });
});

describe("a place in the directory of a run", () => {
  it.each([
    "run.json",
    "Run.JSON/x",
    "journal.jsonl",
    "journal.torn-1",
    "static_inputs/x",
    "ſtatic_inputs/x",
    ".trace/x",
    ".hidden",
    "files",
    "FILES/x",
  ])("%s is kept for the run itself", (path) => {
    expect(placeRefusal(path)).toContain("is kept for the run itself");
  });

  it.each(["", "/etc/x", "a/../x", "a//b", "a\\b", "con", "a/x.", "a:b"])("%j is none", (path) => {
    expect(placeRefusal(path)).toContain("is no place for it");
  });

  it.each(["reports/plan.yaml", "a/node/outcome.json", "journals/x", "run.json.txt", "filesystem", "x/files", "x/.hidden"])(
    "%s may be a node's",
    (path) => {
      expect(placeRefusal(path)).toBeUndefined();
    },
  );
});
