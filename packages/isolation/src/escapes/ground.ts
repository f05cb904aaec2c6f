import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import type { Guard } from "../guard.ts";
import type { ExecResult, IsolationAdapter, IsolationSpace } from "../isolation-adapter.ts";
import type { IsolationPolicy } from "../policy.ts";
import type { Ground, Tried } from "./attempt.ts";
import { execOnHost } from "./exec-on-host.ts";
import { type HostProgram, BEGUN } from "./programs.ts";

/** Long enough for whatever an attempt does. What hangs is ended, and has got nothing. */
const PATIENCE_MS = 20_000;
const OUTPUT_LIMIT = 16 * 1024 * 1024;

interface Places extends Pick<Ground, "marker" | "workspace" | "other" | "home" | "program" | "defer"> {
  readonly undo: () => Promise<void>;
}

/** The machine as it is, for the control of an attempt. */
export async function hostGround(program: HostProgram | undefined): Promise<Ground> {
  const places = await makePlaces(program);
  return {
    ...places,
    isolated: false,
    lastReason: undefined,
    begun: true,
    open: async () => undefined,
    async exec(argv, { controlUid, ...options } = {}) {
      return tried(
        await execOnHost(argv, { cwd: places.workspace, uid: process.getuid?.() === 0 ? controlUid : undefined, timeoutMs: PATIENCE_MS, ...options }),
      );
    },
    end: async () => undefined,
    [Symbol.asyncDispose]: places.undo,
  };
}

/** A space of an adapter. */
export async function spaceGround(
  adapter: IsolationAdapter,
  { guard, policy: basic, program }: { readonly guard: Guard; readonly policy: IsolationPolicy; readonly program: HostProgram | undefined },
): Promise<Ground> {
  const places = await makePlaces(program);
  let space: IsolationSpace | undefined;
  let lastReason: ExecResult["reason"] | undefined;
  let begun = false;
  const open = async (policy: IsolationPolicy): Promise<IsolationSpace> => {
    const { workspace } = places;
    space = await adapter.open({ runId: RunId.parse("escapes"), workspace, policy: { ...basic, require: [guard], ...policy } });
    return space;
  };
  return {
    ...places,
    isolated: true,
    get lastReason() {
      return lastReason;
    },
    get begun() {
      return begun;
    },
    open: async (policy) => void (await open(policy)),
    async exec(argv, options = {}) {
      const result = await (space ?? (await open({}))).exec({ argv }, { timeoutMs: PATIENCE_MS, outputLimitBytes: OUTPUT_LIMIT, ...options });
      lastReason = result.reason;
      begun ||= hasBegun(result);
      return tried(result);
    },
    end: async () => space?.[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await space?.[Symbol.asyncDispose]();
      await places.undo();
    },
  };
}

const hasBegun = ({ stdout }: ExecResult): boolean => Buffer.from(stdout.subarray(0, BEGUN.length)).toString() === BEGUN;

function tried(result: ExecResult): Tried {
  return { ...result, text: Buffer.from(result.stdout.subarray(hasBegun(result) ? BEGUN.length : 0)).toString("latin1") };
}

/** Directories that everybody may read and write: what holds a command back has to be the isolation, not the mode of a file. */
async function makePlaces(program: HostProgram | undefined): Promise<Places> {
  const marker = randomUUID();
  const undoing: (() => unknown)[] = [];
  const outside = await realpath(await mkdtemp(join(tmpdir(), "dad-escapes-")));
  const home = await realpath(await mkdtemp(join(homedir(), ".dad-escapes-")).catch(async () => mkdtemp(join(tmpdir(), "dad-escapes-home-"))));
  const [workspace, other] = [join(outside, "runs", randomUUID()), join(outside, "runs", randomUUID())];
  await Promise.all([workspace, other].map(async (directory) => mkdir(directory, { recursive: true })));
  await Promise.all([other, home].map(async (directory) => writeFile(join(directory, "secret"), `${marker}\n`)));
  for (const path of [outside, home, workspace, other, join(outside, "runs")]) await chmod(path, 0o777);
  for (const directory of [other, home]) await chmod(join(directory, "secret"), 0o666);
  return {
    marker,
    workspace,
    other,
    home,
    program,
    defer: (undo) => void undoing.push(undo),
    async undo() {
      for (const undo of undoing.toReversed()) await undo();
      await Promise.all([outside, home].map(async (directory) => rm(directory, { recursive: true, force: true, maxRetries: 3 })));
    },
  };
}
