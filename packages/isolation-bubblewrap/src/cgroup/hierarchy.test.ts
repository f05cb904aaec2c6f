import { describe, expect, it } from "vitest";
import { nodeCgroupFiles } from "./cgroup-files.ts";
import { hierarchies, type Hierarchy } from "./hierarchy.ts";

const found = (cgroup: string, mountinfo: string): Promise<readonly Hierarchy[]> =>
  hierarchies({ ...nodeCgroupFiles, read: async (path) => ({ "/proc/self/cgroup": cgroup, "/proc/self/mountinfo": mountinfo })[path] });

describe("the hierarchies that a process has a place in", () => {
  it("are on a hybrid machine those of the controllers, and the one without any", async () => {
    const cgroup = "9:name=systemd:/\n8:pids:/a\n5:devices:/\n4:memory:/a/b:c\n1:cpu,cpuacct:/\n0::/\n";
    const mountinfo = [
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
      "35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory",
      "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids",
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate",
    ];
    expect(await found(cgroup, mountinfo.join("\n"))).toEqual([
      { version: 1, mount: "/sys/fs/cgroup/pids", own: "/sys/fs/cgroup/pids/a", controllers: ["pids"] },
      { version: 1, mount: "/sys/fs/cgroup/memory", own: "/sys/fs/cgroup/memory/a/b:c", controllers: ["memory"] },
      { version: 1, mount: "/sys/fs/cgroup/cpu,cpuacct", own: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu"] },
      { version: 2, mount: "/sys/fs/cgroup/unified", own: "/sys/fs/cgroup/unified", controllers: [] },
    ]);
  });

  it("begin where the mount of a container does", async () => {
    const mountinfo = String.raw`31 23 0:28 /docker/1f /sys/fs/a\040b rw - cgroup cgroup rw,memory`;
    expect(await found("4:memory:/docker/1f/x\n", mountinfo)).toMatchObject([{ own: "/sys/fs/a b/x" }]);
    expect(await found("4:memory:/docker/1f\n", mountinfo)).toMatchObject([{ own: "/sys/fs/a b" }]);
  });

  it("are not those whose place cannot be seen", async () => {
    expect(await found("4:memory:/docker/1fa\n", "31 23 0:28 /docker/1f /sys rw - cgroup cgroup rw,memory")).toEqual([]);
    expect(await found("0::/../other\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")).toEqual([]);
    expect(await found("4:memory:/\n", "31 23 0:28 / /sys rw - cgroup cgroup rw,pids")).toEqual([]);
  });
});
