import { type IsolationProbe, type IsolationProblem, guardsWith } from "@dad/isolation";
import { startContainer } from "./container.ts";
import { containerBody } from "./container-body.ts";
import { type Examination, mostGuards, problemsOfGuards } from "./container-guards.ts";
import { containerUser } from "./container-user.ts";
import { findEngine, type FoundEngine } from "./engine-facts.ts";
import { imageMissing, notLinux, runtimeMissing, trialFailed, unreachable } from "./problems.ts";
import { EXAMINE } from "./scripts.ts";
import { openSeccomp } from "./seccomp-option.ts";
import { readTable, runScript } from "./script.ts";

const MIB = 1024 * 1024;
/** The limits of the container that is tried: what the engine says that it can set, it has to set. */
const TRIAL = { memoryBytes: 256 * MIB, pids: 64, cpuCores: 1 };
/** Where programs are in an image that does not say. */
const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** An engine with the image, and what a container of it was seen to be held to. */
export interface Ready {
  readonly engine: FoundEngine;
  /** `PATH` of the image. */
  readonly path: string;
  readonly probe: IsolationProbe;
}

export interface Wanted {
  readonly sockets: readonly string[];
  readonly image: string;
  readonly runtime: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Looks for all that a container needs, and runs one to see what holds. Nothing that it finds missing is an exception. */
export async function examine(wanted: Wanted): Promise<Ready | { readonly probe: IsolationProbe }> {
  const { sockets, image, runtime } = wanted;
  const answer = await findEngine(sockets);
  if ("failures" in answer) return unavailable(unreachable(answer.failures));
  const { engine } = answer;
  if (!engine.linux) return unavailable(notLinux(), engine);
  if (runtime !== undefined && !engine.runtimes.includes(runtime)) return unavailable(runtimeMissing(engine, runtime), engine);
  try {
    const found = await engine.api.image(image);
    if (!found) return unavailable(imageMissing(engine, image), engine);
    const basis = { engine, image, runtime, found: await tryOut(engine, wanted) };
    const path = found.Config?.Env?.find((variable) => variable.startsWith("PATH="))?.slice("PATH=".length);
    const probe = { available: true, guards: mostGuards(basis), problems: problemsOfGuards(basis), facts: factsOf(engine, found.Id) };
    return { engine, path: path ?? USUAL_PATH, probe };
  } catch (error) {
    return unavailable(trialFailed(engine, image, error), engine);
  }
}

/** Runs a container as they are run, with nothing of the host's in it, and reads what the kernel says of its processes. */
async function tryOut(engine: FoundEngine, { image, runtime, labels }: Wanted): Promise<Examination> {
  const { memory, pids, cpu } = engine.limits;
  const limits = {
    ...(memory ? { memoryBytes: TRIAL.memoryBytes } : {}),
    ...(pids ? { pids: TRIAL.pids } : {}),
    ...(cpu ? { cpuCores: TRIAL.cpuCores } : {}),
  };
  await using seccomp = await openSeccomp(engine);
  const policy = { network: { mode: "none" }, limits } as const;
  const user = await containerUser(engine);
  const container = await startContainer(
    engine.api,
    containerBody({ ...user, image, runtime, seccomp: seccomp.option, env: {}, labels, mounts: [], policy }),
  );
  try {
    const table = readTable(await runScript(container, EXAMINE));
    if (!table.has("Uid")) throw new Error("its shell did not run");
    const isNone = (name: string): boolean => /^0+$/.test(table.get(name) ?? "");
    return {
      noNewPrivs: table.get("NoNewPrivs") === "1",
      noCapabilities: ["CapPrm", "CapEff", "CapBnd"].every(isNone),
      seccomp: table.get("Seccomp") === "2",
      node: table.get("node") === "yes",
    };
  } finally {
    await container.end();
  }
}

function unavailable(problem: IsolationProblem, engine?: FoundEngine): { readonly probe: IsolationProbe } {
  return { probe: { available: false, guards: guardsWith({}), problems: [problem], ...(engine ? { facts: factsOf(engine) } : {}) } };
}

function factsOf(
  { kind, version, apiVersion, socketPath, rootless, cgroup, runtimes }: FoundEngine,
  image?: string,
): Readonly<Record<string, string>> {
  return {
    "container.engine": `${kind} ${version}`,
    "container.api": apiVersion,
    "container.socket": socketPath,
    "container.rootless": String(rootless),
    "container.cgroup": `v${cgroup}`,
    "container.runtimes": runtimes.join(", "),
    ...(image === undefined ? {} : { "container.image": image }),
  };
}
