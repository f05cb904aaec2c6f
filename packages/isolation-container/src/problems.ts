import type { IsolationProblem } from "@dad/isolation";
import type { FoundEngine, SocketFailure } from "./engine-facts.ts";
import { EngineError } from "./engine.ts";

const START = "start it with `sudo systemctl start docker`, or, for Podman, with `systemctl --user start podman.socket`";
const INSTALL =
  "install Docker (https://docs.docker.com/engine/install/) or Podman (`sudo apt-get install podman && systemctl --user enable --now podman.socket`), or name its socket in the option `sockets`";
const ALLOW =
  "`sudo usermod -aG docker $USER`, then log in anew. Whoever may use this socket is root on this machine; an engine that runs as a user (https://docs.docker.com/engine/security/rootless/, or Podman) gives less away";

/** Why no socket led to an engine, and what to do about it: the one that went farthest speaks for all. */
export function unreachable(failures: readonly SocketFailure[]): IsolationProblem {
  const failed = (code: string): SocketFailure | undefined => failures.find(({ error }) => error instanceof EngineError && error.code === code);
  const denied = failed("EACCES");
  if (denied) return { message: `permission denied on the container engine's socket ${denied.socketPath}`, remedy: ALLOW };
  const silent = failed("ECONNREFUSED");
  if (silent) return { message: `the container engine of ${silent.socketPath} is not running`, remedy: START };
  const other = failures.find(({ error }) => !(error instanceof EngineError && error.code === "ENOENT"));
  if (other) return { message: `the container engine of ${other.socketPath} does not answer: ${reasonOf(other.error)}`, remedy: START };
  return { message: `there is no container engine at ${failures.map(({ socketPath }) => socketPath).join(", ")}`, remedy: INSTALL };
}

export function imageMissing({ kind }: FoundEngine, image: string): IsolationProblem {
  return { message: `the image ${image} is not on this machine, and none is fetched unasked`, remedy: `${kind} pull ${image}` };
}

export function runtimeMissing({ runtimes }: FoundEngine, runtime: string): IsolationProblem {
  return {
    message: `the engine has no runtime ${runtime}, only ${runtimes.join(", ")}`,
    remedy: `install ${runtime} and add it to "runtimes" in /etc/docker/daemon.json, then \`sudo systemctl restart docker\``,
  };
}

export function notLinux(): IsolationProblem {
  return { message: "the engine runs containers of Windows", remedy: "switch Docker Desktop to Linux containers" };
}

/** A container that was to show what holds did not start. */
export function trialFailed({ kind, version }: FoundEngine, image: string, error: unknown): IsolationProblem {
  return {
    message: `${kind} ${version} cannot run a container of ${image} as it is needed: ${reasonOf(error)}`,
    remedy: "use an image that has /bin/sh, and an engine of Docker >= 20.10 or Podman >= 4 that has an init (docker-init, catatonit)",
  };
}

export function withoutMemory({ rootless }: FoundEngine): IsolationProblem {
  return {
    guard: "limit.memory",
    message: "the engine cannot limit memory and swap: the kernel or its cgroup lacks the memory controller",
    remedy: rootless ? DELEGATE : 'add "cgroup_enable=memory swapaccount=1" to the command line of the kernel, and start the machine anew',
  };
}

export function withoutController({ rootless }: FoundEngine, controller: "pids" | "cpu"): IsolationProblem {
  return {
    guard: controller === "pids" ? "limit.pids" : "limit.cpu",
    message: `the engine cannot limit ${controller}: its cgroup lacks the ${controller} controller`,
    remedy: rootless ? DELEGATE : `use a kernel with the ${controller} controller of cgroups`,
  };
}

const DELEGATE =
  "delegate the controllers to users: put `[Service]` and `Delegate=cpu cpuset io memory pids` into /etc/systemd/system/user@.service.d/delegate.conf, then `sudo systemctl daemon-reload`, and log in anew; with cgroup v2 only";

/** Reached through `guard`s that a filter of system calls holds. */
export function withoutSeccomp({ version }: FoundEngine, runtime: string | undefined): readonly IsolationProblem[] {
  const [what, remedy] =
    runtime === undefined
      ? [`engine ${version}`, "use an engine and a kernel with seccomp (`docker info` lists it under Security Options)"]
      : [`runtime ${runtime}`, `let the runtime apply filters: for runsc, "runtimeArgs": ["--oci-seccomp"] in /etc/docker/daemon.json`];
  return (["fs.special", "net.exotic", "priv.namespaces", "priv.ipc", "priv.tty"] as const).map((guard) => ({
    guard,
    message: `${what} does not filter system calls`,
    remedy,
  }));
}

export function withoutKernel(): IsolationProblem {
  return {
    guard: "priv.kernel",
    message: "containers share the kernel of the host",
    remedy: 'install gVisor (https://gvisor.dev/docs/user_guide/install/) or Kata Containers, and set the option `runtime: "runsc"` or `"kata"`',
  };
}

export function withoutNode(image: string): IsolationProblem {
  return {
    guard: "net.allowlist",
    message: `the image ${image} has no node for the way to the egress proxy`,
    remedy: "use an image with node in its PATH, such as node:24-slim",
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
