import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Home, ownerName } from "@dad/isolation";
import { CONTROL_PREFIX, removeControl } from "./control-directory.ts";
import { housing } from "./housing.ts";
import type { Machine } from "./lodging.ts";
import type { RunUsers } from "./run-users.ts";
import { runInSandbox } from "./sandbox-command.ts";

const TRIAL_MS = 20_000;
const SAMPLE_BYTES = 64 * 1024;
/** Starts a program and looks for a file of the host, which is not to be there. */
const LOOK = '/bin/true && if cat "$1" 2>/dev/null || [ -e "$1" ]; then exit 3; fi; echo kept';

/**
 * Opens a sandbox as a space would, starts a program in it, and has it look for a file of the host. Ends, and leaves nothing.
 *
 * @throws Error that says what failed.
 */
export async function tryOut(
  machine: Machine,
  { isOverlay, users }: { readonly isOverlay: boolean; readonly users: RunUsers | undefined },
): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), `${CONTROL_PREFIX}${ownerName()}-trial-`));
  try {
    const [workspace, canary, secret] = [join(base, "workspace"), join(base, "canary"), randomBytes(8).toString("hex")];
    await Promise.all([mkdir(workspace), writeFile(canary, secret, { mode: 0o644 })]);
    await writeFile(join(workspace, "sample"), randomBytes(SAMPLE_BYTES));
    const { text, code } = await look(machine, { base, workspace, canary, isOverlay, users });
    if (text !== "kept\n" || code !== 0)
      throw new Error(text.includes(secret) || code === 3 ? "a file of the host could be read in it" : `its first program ended with ${code}`);
    if ((await readFile(canary, "utf8")) !== secret) throw new Error("a file of the host was changed");
  } finally {
    await removeControl(base);
  }
}

interface Place {
  readonly base: string;
  readonly workspace: string;
  readonly canary: string;
  readonly isOverlay: boolean;
  readonly users: RunUsers | undefined;
}

async function look(
  machine: Machine,
  { base, workspace, canary, isOverlay, users }: Place,
): Promise<{ readonly text: string; readonly code: number | null }> {
  const home: Home = {
    path: join(base, "home"),
    make: async () => void (await mkdir(join(base, "home"), { recursive: true })),
    leave: async () => undefined,
  };
  const binds = [workspace, home.path].map((path) => ({ source: path, place: path, mode: "rw" as const }));
  await using house = housing({
    machine,
    workspace,
    isOverlay,
    home,
    binds,
    network: "none",
    tmpBytes: 1024 * 1024,
    limits: { openFiles: 256 },
    groupLimits: undefined,
    runUser: users?.enter(`trial ${base}`),
  });
  const [{ sandbox }, { control, overlay }] = [await house.lodging(), await house.premises()];
  if (overlay && users) await assertHeldBelow(join(overlay.upper, "sample"));
  const command = { argv: ["/bin/sh", "-c", LOOK, "sh", canary] as const, cwd: workspace, env: { PATH: "/usr/bin:/bin" }, stdin: undefined };
  const slot = await control.slots.take();
  const { stdout, exitCode } = await runInSandbox({ sandbox, slot, end: () => sandbox.kill() }, command, { timeoutMs: TRIAL_MS }).result;
  return { text: Buffer.from(stdout).toString(), code: exitCode };
}

/** The kernel goes without where it cannot keep what it needs for that, and does not say so. */
async function assertHeldBelow(path: string): Promise<void> {
  const { blocks } = await stat(path);
  if (blocks * 512 >= SAMPLE_BYTES) throw new Error("whole files are copied to give them to the user of a run: overlayfs has no metacopy here");
}
