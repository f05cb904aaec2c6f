import { realpath } from "node:fs/promises";
import { IsolationFailedError } from "@dad/isolation";
import { type Container, startContainer } from "./container.ts";
import { boundPath, COMMAND_VARIABLE, containerBody, SPACE_LABEL } from "./container-body.ts";
import { containerUser, giveTo, NOBODY } from "./container-user.ts";
import { type Egress, openEgress } from "./egress.ts";
import { boundMounts } from "./mounts.ts";
import { openSeccomp } from "./seccomp-option.ts";
import type { SpacePlan } from "./space-plan.ts";

/** The containers of a space, one after the other. */
export interface Containers {
  /** The one there is, or a new one. */
  current(): Promise<Container>;
  /** `undefined`: there is none. */
  alive(): Promise<Container | undefined>;
  /** Ends it; the next command gets another one. */
  end(before: (container: Container) => Promise<void>): Promise<void>;
  egress(): { readonly egress?: Egress["counts"] };
  close(): Promise<void>;
}

export function containersOf(plan: SpacePlan): Containers {
  const { policy, onEgress } = plan;
  let one: Promise<Container> | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let egress: Promise<Egress> | undefined;
  let opened: Egress | undefined;

  async function start(): Promise<Container> {
    await ended;
    if (policy.network.mode === "allow") opened = await (egress ??= openEgress(policy.network, onEgress));
    return startFor(plan, opened);
  }
  function current(): Promise<Container> {
    if (one) return one;
    const starting = start();
    const forget = (): void => {
      if (one === starting) one = undefined;
    };
    one = starting;
    void starting.then(async (container) => container.ended).then(forget, forget);
    return starting;
  }
  const alive = async (): Promise<Container | undefined> => one?.catch(() => undefined);

  async function end(before: (container: Container) => Promise<void>): Promise<void> {
    const ending = endAfter(alive(), before);
    one = undefined;
    ended = Promise.allSettled([ended, ending]);
    await ending;
  }
  return {
    current,
    alive,
    end,
    egress: () => (opened ? { egress: { ...opened.counts } } : {}),
    close: async () => (await egress?.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
}

async function endAfter(one: Promise<Container | undefined>, before: (container: Container) => Promise<void>): Promise<void> {
  const container = await one;
  if (!container) return;
  await before(container).catch(() => undefined);
  await container.end().catch((cause: unknown) => {
    throw new IsolationFailedError(`container ${container.id}`, { cause, doing: "end" });
  });
}

/**
 * Lets commands write where they may, also to what the host has put there since. Only where root owns the workspace there is
 * something to give; else everything belongs to who the commands are.
 */
export async function lendFiles({ engine, workspace, policy }: Pick<SpacePlan, "engine" | "workspace" | "policy">): Promise<void> {
  const { owner } = await containerUser(engine, workspace);
  if (owner !== NOBODY) return;
  const writable = policy.mounts.filter(({ mode }) => mode === "rw").map(({ path }) => path);
  for (const directory of [workspace, ...writable]) await giveTo(owner, directory);
}

/** Makes the container, and in it the way to the proxy where there is one. */
async function startFor({ id, engine, wanted, policy, workspace, home, env }: SpacePlan, egress: Egress | undefined): Promise<Container> {
  const { user, usernsMode, owner } = await containerUser(engine, workspace);
  await home.make();
  if (owner !== undefined) await giveTo(owner, home.path);
  await using seccomp = await openSeccomp(engine);
  const mounts = [
    boundPath(await realpath(workspace), workspace, "rw"),
    boundPath(await realpath(home.path), home.path, "rw"),
    ...(await boundMounts(policy, workspace)),
    ...(egress ? [egress.mount] : []),
  ];
  const container = await startContainer(
    engine.api,
    containerBody({
      image: wanted.image,
      runtime: wanted.runtime,
      seccomp: seccomp.option,
      user,
      usernsMode,
      mounts,
      policy,
      // What commands get besides is given to them alone, and not to what serves them.
      env: { ...(env.PATH === undefined ? {} : { PATH: env.PATH }), [COMMAND_VARIABLE]: "dad" },
      labels: { ...wanted.labels, [SPACE_LABEL]: id },
    }),
  );
  try {
    await egress?.bridge(container);
    return container;
  } catch (error) {
    await container.end();
    throw error;
  }
}
