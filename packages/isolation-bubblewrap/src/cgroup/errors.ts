import { DadError } from "@dad/protocol";

/** `CGROUP_UNSUPPORTED`: something was asked for, such as a limit, that this process cannot have here. */
export class CgroupUnsupportedError extends DadError<"CGROUP_UNSUPPORTED"> {
  constructor(what: string, problem: { readonly message: string; readonly remedy: string }) {
    super("CGROUP_UNSUPPORTED", `cannot ${what}: ${problem.message}: ${problem.remedy}`, { details: { ...problem } });
  }
}

/** `CGROUP_FAILED`: the kernel refused something that looked possible. */
export class CgroupFailedError extends DadError<"CGROUP_FAILED"> {
  constructor(path: string, what: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("CGROUP_FAILED", `could not ${what} the control group ${path}: ${why}`, { cause, details: { path } });
  }
}
