export type Argv = readonly [string, ...string[]];

/** Another process of the host that opens spaces: how to make the adapter there. */
export interface HostProgram {
  /** Absolute path or URL of a module that exports `create(): IsolationAdapter`. */
  readonly module: string;
  /** Options of node that this module needs. */
  readonly execArgv?: readonly string[];
}

/** What each program prints first: a command that could not begin was not held back by anything. */
export const BEGUN = "dad-begun\n";
const BEGIN = JSON.stringify(BEGUN);

export function shell(script: string, ...args: readonly string[]): Argv {
  return ["sh", "-c", `printf ${BEGIN.replaceAll('"', "'")}\n${script}`, "sh", ...args];
}

export function node(code: string, ...args: readonly string[]): Argv {
  return [process.execPath, "-e", `process.stdout.write(${BEGIN});\n${code}`, ...args];
}

export function perl(code: string, ...args: readonly string[]): Argv {
  return ["perl", "-e", `$| = 1; print ${BEGIN};\n${code}`, ...args];
}

/** Numbers of system calls that no program of the machine makes for us. Linux, asm/unistd.h. */
const CALLS = {
  x64: {
    clone: 56,
    ptrace: 101,
    syslog: 103,
    setdomainname: 171,
    add_key: 248,
    keyctl: 250,
    unshare: 272,
    name_to_handle_at: 303,
    open_by_handle_at: 304,
    memfd_create: 319,
    io_uring_setup: 425,
    clone3: 435,
  },
  arm64: {
    clone: 220,
    ptrace: 117,
    syslog: 116,
    setdomainname: 162,
    add_key: 217,
    keyctl: 219,
    unshare: 97,
    name_to_handle_at: 264,
    open_by_handle_at: 265,
    memfd_create: 279,
    io_uring_setup: 425,
    clone3: 435,
  },
} as const;

const numbers = process.arch === "x64" || process.arch === "arm64" ? CALLS[process.arch] : undefined;

/** Whether {@link systemCall} knows the numbers of this machine. */
export const knowsSystemCalls = numbers !== undefined;

/** The number of a system call. Conditions keep attempts that need one from machines of which it is not known. */
export function systemCall(name: keyof (typeof CALLS)["x64"]): number {
  return numbers?.[name] ?? -1;
}
