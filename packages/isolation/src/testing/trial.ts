import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import { expect, it, vi } from "vitest";
import type { Guard } from "../guard.ts";
import type { IsolationAdapter, IsolationSpace, IsolationSpec } from "../isolation-adapter.ts";
import type { IsolationSubject } from "./subject.ts";

/** What is only in the environment of the host. Each of these has leaked from one run system or another. */
export const SECRET_NAMES = [
  "DAD_TEST_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "GIT_CONFIG_GLOBAL",
  "LD_LIBRARY_PATH",
  "SSH_AUTH_SOCK",
  "HTTPS_PROXY",
  "NODE_OPTIONS",
] as const;

/** One adapter on a host with secrets, and a directory that is removed at the end. */
export interface Trial extends AsyncDisposable {
  readonly adapter: IsolationAdapter;
  /** Stands in every secret of the host's environment. */
  readonly marker: string;
  /** A directory of the host that no space works in. */
  readonly outside: string;
  /** The adapter as another part of the program would make it. */
  another(): Promise<IsolationAdapter>;
  /** What opens a space with a workspace of its own. */
  readonly spec: () => Promise<IsolationSpec>;
  /** A space with a workspace of its own. The trial closes it. */
  open(spec?: Partial<IsolationSpec>): Promise<IsolationSpace>;
}

export async function openTrial(subject: IsolationSubject): Promise<Trial> {
  const outside = await realpath(await mkdtemp(join(tmpdir(), "dad isolation-")));
  const marker = randomUUID();
  for (const name of SECRET_NAMES) vi.stubEnv(name, name === "NODE_OPTIONS" ? `--title=${marker}` : marker);
  const adapter = await subject.create();
  const spaces: IsolationSpace[] = [];

  const newSpec = async (): Promise<IsolationSpec> => {
    const workspace = join(outside, "workspaces", randomUUID());
    await mkdir(workspace, { recursive: true });
    return { runId: RunId.parse("contract"), workspace };
  };

  return {
    adapter,
    marker,
    outside,
    spec: newSpec,
    another: async () => subject.create(),
    async open(spec) {
      const space = await adapter.open({ ...(await newSpec()), ...spec });
      spaces.push(space);
      return space;
    },
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await Promise.all(spaces.map((space) => space[Symbol.asyncDispose]()));
      await rm(outside, { recursive: true, force: true });
    },
  };
}

/** A test of a guard: what it promises when it is claimed, and that requiring it is refused when it is not. */
export function itGuards(trial: () => Trial, [guard, promise]: readonly [Guard, string], proof: () => Promise<void>): void {
  it(`${guard}: ${promise}, or says that it does not guard that`, async () => {
    const { guards } = await trial().adapter.probe();
    if (guards[guard] !== "none") return proof();
    await expect(trial().open({ policy: { require: [guard] } })).rejects.toMatchObject({ code: "ISOLATION_UNAVAILABLE" });
  });
}
