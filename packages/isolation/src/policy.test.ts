import { describe, expect, it } from "vitest";
import { GUARDS } from "./guard.ts";
import { GUARD_OF_LIMIT, IsolationPolicy, PRESETS, resolvePolicy } from "./policy.ts";

const NETWORK = ["net.ip", "net.unix", "net.exotic"];
const guardsOf = (policy: IsolationPolicy): readonly string[] => Object.keys(resolvePolicy(policy).required);

describe("a policy", () => {
  it("that says nothing is for runs that mean well", () => {
    expect(resolvePolicy()).toEqual({
      preset: "cooperative",
      required: {
        "scope.env": "detected",
        "scope.cwd": "detected",
        "env.inherit": "detected",
        "limit.wall": "detected",
        "limit.output": "detected",
      },
      onMissing: "fail",
      network: { mode: "host" },
      limits: {},
      mounts: [],
      workspace: "direct",
      passEnv: [],
    });
  });

  it("that contains has no network, a number of processes, and each guard that holds back but those of what it does not limit", () => {
    const { required, network, limits } = resolvePolicy({ preset: "contained" });
    expect({ network, limits }).toEqual({ network: { mode: "none" }, limits: { pids: 512 } });
    const left = GUARDS.filter((guard) => required[guard] === undefined);
    expect(left).toEqual([
      "fs.workspace",
      "net.allowlist",
      "priv.kernel",
      "limit.memory",
      "limit.cpu",
      "limit.fileSize",
      "limit.openFiles",
      "limit.disk",
    ]);
  });

  it("for the hostile wants another kernel and an end to memory, and not only to notice", () => {
    const { required, limits } = resolvePolicy({ preset: "hostile" });
    expect(required).toMatchObject({ "priv.kernel": "enforced", "limit.memory": "enforced", "fs.read": "detected" });
    expect(limits).toEqual({ pids: 512, memoryBytes: 2048 * 1024 * 1024 });
  });

  it("implies the guard of each limit that it sets, beside those of its preset", () => {
    for (const [limit, guard] of Object.entries(GUARD_OF_LIMIT)) expect(guardsOf({ limits: { [limit]: 1 } })).toContain(guard);
    expect(resolvePolicy({ preset: "contained", limits: { fileBytes: 5 } }).limits).toEqual({ pids: 512, fileBytes: 5 });
    expect(resolvePolicy({ preset: "contained", limits: { pids: 5 } }).limits).toEqual({ pids: 5 });
  });

  it("implies the guards of its network", () => {
    expect(guardsOf({ network: { mode: "none" } })).toEqual(expect.arrayContaining(NETWORK));
    expect(guardsOf({ network: { mode: "allow", hosts: [] } })).toEqual(expect.arrayContaining([...NETWORK, "net.allowlist"]));
    expect(guardsOf({ preset: "contained", network: { mode: "host" } }).filter((guard) => guard.startsWith("net."))).toEqual([]);
  });

  it("implies what its mounts and its workspace need", () => {
    expect(guardsOf({ mounts: [{ path: "/a", mode: "ro" }] })).toEqual(expect.arrayContaining(["fs.read", "fs.write"]));
    expect(guardsOf({ mounts: [] })).not.toContain("fs.read");
    expect(guardsOf({ workspace: "overlay" })).toContain("fs.workspace");
  });

  it("adds guards by name in any strength, or in one of their own", () => {
    expect(resolvePolicy({ require: ["fs.read"] }).required).toMatchObject({ "scope.env": "detected", "fs.read": "detected" });
    expect(resolvePolicy({ require: { "fs.read": "enforced" } }).required).toMatchObject({ "scope.env": "detected", "fs.read": "enforced" });
  });

  it("never asks for less by naming a guard again", () => {
    for (const require of [["limit.memory"], { "limit.memory": "detected" }] as const)
      expect(resolvePolicy({ preset: "hostile", require: require as never }).required).toMatchObject({ "limit.memory": "enforced" });
    expect(resolvePolicy({ limits: { memoryBytes: 1 }, require: { "limit.memory": "enforced" } }).required).toMatchObject({
      "limit.memory": "enforced",
    });
  });
});

describe("a policy in a file", () => {
  it.for<unknown>([
    {},
    ...PRESETS.map((preset) => ({ preset })),
    { require: ["fs.read"], onMissing: "degrade" },
    { require: { "limit.cpu": "enforced" } },
    { network: { mode: "none" } },
    { network: { mode: "allow", hosts: ["api.example.com", "*.example.com:8443", { host: "localhost", ports: [80], private: true }] } },
    {
      network: {
        mode: "allow",
        hosts: [],
        gateways: [{ host: "model.internal", target: "https://api.example.com/v1", headers: { authorization: "x" } }],
      },
    },
    { network: { mode: "allow", hosts: [], gateways: [{ host: "model.internal", target: "https://api.example.com", headers: () => ({}) }] } },
    { limits: { wallMs: 1, outputBytes: 0, memoryBytes: 1, pids: 1, cpuCores: 0.5, fileBytes: 1, openFiles: 1, diskBytes: 1 } },
    { mounts: [{ path: "/a", at: "/b", mode: "rw" }], workspace: "overlay", passEnv: ["CI"] },
  ])("%j is one", (policy) => {
    expect(IsolationPolicy.parse(policy)).toEqual(policy);
  });

  it.for<readonly [unknown, readonly (string | number)[]]>([
    [{ preset: "strict" }, ["preset"]],
    [{ presets: "contained" }, []],
    [{ require: ["fs.reads"] }, ["require"]],
    [{ require: { "fs.read": "none" } }, ["require"]],
    [{ onMissing: "ignore" }, ["onMissing"]],
    [{ network: { mode: "off" } }, ["network", "mode"]],
    [{ network: { mode: "none", hosts: [] } }, ["network"]],
    [{ network: { mode: "allow" } }, ["network", "hosts"]],
    [{ network: { mode: "allow", hosts: [""] } }, ["network", "hosts", 0]],
    [{ network: { mode: "allow", hosts: [{ host: "a", ports: [0] }] } }, ["network", "hosts", 0, "ports", 0]],
    [{ network: { mode: "allow", hosts: [], gateways: [{ host: "a", target: "b", headers: {} }] } }, ["network", "gateways", 0, "target"]],
    [{ limits: { wallMs: 0 } }, ["limits", "wallMs"]],
    [{ limits: { pids: 1.5 } }, ["limits", "pids"]],
    [{ limits: { cpuCores: Number.POSITIVE_INFINITY } }, ["limits", "cpuCores"]],
    [{ limits: { memory: 1 } }, ["limits"]],
    [{ limits: { fileBytes: undefined } }, ["limits", "fileBytes"]],
    [{ mounts: [{ path: "a", mode: "ro" }] }, ["mounts", 0, "path"]],
    [{ mounts: [{ path: "/a", at: "b", mode: "ro" }] }, ["mounts", 0, "at"]],
    [{ mounts: [{ path: "/a\0b", mode: "ro" }] }, ["mounts", 0, "path"]],
    [{ mounts: [{ path: "/a" }] }, ["mounts", 0, "mode"]],
    [{ workspace: "copy" }, ["workspace"]],
    [{ passEnv: ["A=B"] }, ["passEnv", 0]],
    [{ passEnv: [""] }, ["passEnv", 0]],
  ])("%j is none, and the place of the mistake is told", ([policy, path]) => {
    const { error } = IsolationPolicy.safeParse(policy);
    expect(error?.issues.map((issue) => issue.path)).toContainEqual(path);
  });
});
