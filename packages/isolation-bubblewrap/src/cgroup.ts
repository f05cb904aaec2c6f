/**
 * Control groups: what limits a tree of processes, tells what it used, and ends it as one.
 *
 * @packageDocumentation
 */
export { type CgroupFiles, nodeCgroupFiles } from "./cgroup/cgroup-files.ts";
export type { Cgroup, CgroupEvents, CgroupUsage } from "./cgroup/cgroup.ts";
export { type CgroupLimits, type Controller, CONTROLLERS } from "./cgroup/controller.ts";
export { CgroupFailedError, CgroupUnsupportedError } from "./cgroup/errors.ts";
export { type CgroupProblem, type CgroupSupport, findCgroups, type FindCgroupsOptions } from "./cgroup/find-cgroups.ts";
