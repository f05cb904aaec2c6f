import { resolvePolicy } from "@dad/isolation";
import { describe, expect, it } from "vitest";
import { guardsOf, mostGuards } from "./claims.ts";

const all = mostGuards({ hasOverlay: true, countsProcesses: true, controllers: ["memory", "pids", "cpu"] });
const none = mostGuards({ hasOverlay: false, countsProcesses: false, controllers: [] });

describe("the guards of a machine", () => {
  it("limit memory and processor time by the kernel only with control groups", () => {
    expect([all["limit.memory"], all["limit.cpu"], all["limit.pids"]]).toEqual(["enforced", "enforced", "enforced"]);
    expect([none["limit.memory"], none["limit.cpu"], none["limit.pids"]]).toEqual(["detected", "none", "none"]);
  });

  it("count processes without control groups where the kernel does it for each sandbox", () => {
    expect(mostGuards({ hasOverlay: false, countsProcesses: true, controllers: [] })["limit.pids"]).toBe("enforced");
  });

  it("keep the workspace apart only where an overlay can be mounted, and never have another kernel", () => {
    expect([all["fs.workspace"], none["fs.workspace"], all["priv.kernel"]]).toEqual(["enforced", "none", "none"]);
  });
});

describe("the guards of a space", () => {
  it("are those of its network, its limits and its workspace", () => {
    const open = guardsOf(all, resolvePolicy({}));
    expect([open["net.ip"], open["net.allowlist"], open["limit.memory"], open["fs.workspace"]]).toEqual(["none", "none", "none", "none"]);
    const closed = guardsOf(all, resolvePolicy({ network: { mode: "none" }, limits: { memoryBytes: 1 }, workspace: "overlay" }));
    expect([closed["net.ip"], closed["net.allowlist"], closed["limit.memory"], closed["fs.workspace"]]).toEqual([
      "enforced",
      "none",
      "enforced",
      "enforced",
    ]);
    expect(guardsOf(all, resolvePolicy({ network: { mode: "allow", hosts: [] } }))["net.allowlist"]).toBe("enforced");
  });

  it("limit time and output also without a number", () => {
    const open = guardsOf(all, resolvePolicy({}));
    expect([open["limit.wall"], open["limit.output"]]).toEqual(["detected", "enforced"]);
  });
});
