import { describe, expect, it } from "vitest";
import { trialProblem, versionProblem } from "./bwrap-problems.ts";

const safe = { isSetuid: false };

describe("what is wrong with a bwrap", () => {
  it.each(["bubblewrap 0.8.0", "bubblewrap 0.11.0", "bubblewrap 1.0"])("is nothing for %s", (said) => {
    expect(versionProblem("/usr/bin/bwrap", { said, ...safe })).toBeUndefined();
  });

  it.each(["bubblewrap 0.5.0", "bubblewrap 0.7.99", "another program"])("is its age, or that it is none, for %s", (said) => {
    expect(versionProblem("/usr/bin/bwrap", { said, ...safe })?.remedy).toContain("apt-get install bubblewrap");
  });

  it("is that it has the rights of root before 0.11.2", () => {
    expect(versionProblem("/usr/bin/bwrap", { said: "bubblewrap 0.11.1", isSetuid: true })?.remedy).toContain("chmod u-s /usr/bin/bwrap");
    expect(versionProblem("/usr/bin/bwrap", { said: "bubblewrap 0.11.2", isSetuid: true })).toBeUndefined();
  });
});

describe("what keeps bwrap from its work", () => {
  it.each([
    ["bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)", "user.max_user_namespaces"],
    [
      "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.",
      "unprivileged_userns_clone=1",
    ],
    ["bwrap: No permissions to creating new namespace, likely because", "unprivileged_userns_clone=1"],
    ["bwrap: setting up uid map: Permission denied", "bwrap-userns-restrict"],
    ["bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "bwrap-userns-restrict"],
    ["bwrap: pivot_root: Invalid argument", "@dad/isolation-container"],
    ["bwrap: Failed to make / slave: Permission denied", "@dad/isolation-container"],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "@dad/isolation-container"],
    ["spawn /usr/bin/bwrap ENOENT", "apt-get install bubblewrap"],
    ["something new", "@dad/isolation-container"],
  ])("is told with what to do about it: %s", (failure, remedy) => {
    const problem = trialProblem("/usr/bin/bwrap", failure);
    expect(problem.message).toContain(failure);
    expect(problem.remedy).toContain(remedy);
  });
});
