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

/** A host with secrets in its environment, and the adapter to prove on it. */
export interface Host extends Disposable {
  readonly adapter: IsolationAdapter;
  /** Stands in every secret of the host's environment. */
  readonly marker: string;
}

export async function makeHost(subject: IsolationSubject): Promise<Host> {
  const marker = randomUUID();
  for (const name of SECRET_NAMES) vi.stubEnv(name, name === "NODE_OPTIONS" ? `--title=${marker}` : marker);
  return { adapter: await subject.create(), marker, [Symbol.dispose]: () => void vi.unstubAllEnvs() };
}

/** What one test makes on the host. It is closed and removed at the end. */
export interface Trial extends Pick<Host, "adapter" | "marker">, AsyncDisposable {
  /** A directory of the host that no space works in. */
  readonly outside: string;
  /** What opens a space with a workspace of its own. */
  readonly spec: () => Promise<IsolationSpec>;
  /** A space with a workspace of its own. The trial closes it. */
  open(spec?: Partial<IsolationSpec>): Promise<IsolationSpace>;
}

export async function openTrial({ adapter, marker }: Host): Promise<Trial> {
  const outside = await realpath(await mkdtemp(join(tmpdir(), "dad isolation-")));
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
    async open(spec) {
      const space = await adapter.open({ ...(await newSpec()), ...spec });
      spaces.push(space);
      return space;
    },
    async [Symbol.asyncDispose]() {
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
