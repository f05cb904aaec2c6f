import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { SecretUnavailableError } from "./errors.ts";
import { secretText } from "./secret-text.ts";
import type { SecretSource } from "./secret-source.ts";

const MOST_BYTES = 65_536;
const DEFAULT_TIMEOUT_MS = 30_000;
/** What programs need to start, to reach the session of the user, and to know who that is. */
const PASSED = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TERM|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS|SSH_AUTH_SOCK|XDG_\w+)$/;
const PASSED_ON_WINDOWS =
  /^(PATH|PATHEXT|COMSPEC|SYSTEMROOT|SYSTEMDRIVE|WINDIR|TEMP|TMP|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*)$/i;
/** What programs that keep secrets are set up with: pass, 1Password, Bitwarden, Vault, and those of the clouds. */
const OF_SECRET_STORES = /^(GNUPGHOME|GPG_TTY|GOOGLE_APPLICATION_CREDENTIALS|(PASSWORD_STORE|OP|BW|VAULT|AWS|AZURE|CLOUDSDK)_\w+)$/;

export interface CommandSecretsOptions {
  /** Of it, commands get what programs need to start, and what those that keep secrets are set up with. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables that they get as well. */
  readonly passed?: readonly string[] | undefined;
  /** Where they are run. */
  readonly directory: string;
  /** How long one may take. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * What a command prints: `cmd:pass show openai`. It is run by `sh` (by `cmd` on Windows), without a terminal. What it writes to its
 * standard error is shown to nobody, as it may be anything.
 */
export function commandSecrets(options: CommandSecretsOptions): SecretSource {
  const scheme = "cmd";
  return {
    scheme,
    async read(command, { signal } = {}) {
      signal?.throwIfAborted();
      const unavailable = (problem: string, details: Readonly<Record<string, number>> = {}): SecretUnavailableError =>
        new SecretUnavailableError(`${scheme}:${command}`, `the command ${problem}. Run it yourself to see what it says`, { details });
      const { content, end, exitCode } = await run(command, options, signal);
      signal?.throwIfAborted();
      if (end === "late") throw unavailable(`took longer than ${options.timeoutMs ?? DEFAULT_TIMEOUT_MS} ms`);
      if (end === "long") throw unavailable(`printed more than ${MOST_BYTES} bytes, which is no secret`);
      if (end === "missing") throw unavailable("could not be started");
      if (exitCode === null) throw unavailable("was ended by a signal");
      if (exitCode !== 0) throw unavailable(`failed with exit code ${exitCode}`, { exitCode });
      const text = secretText(content);
      if (text === undefined) throw unavailable("printed nothing, or what is no text");
      return text;
    },
  };
}

interface Printed {
  readonly content: Buffer;
  /** Why it was ended, or not even started. */
  readonly end: "missing" | "late" | "long" | "aborted" | undefined;
  readonly exitCode: number | null;
}

async function run(command: string, options: CommandSecretsOptions, signal: AbortSignal | undefined): Promise<Printed> {
  const child = start(command, options);
  let [size, end] = [0, undefined as Printed["end"]];
  const stop = (why: NonNullable<Printed["end"]>): void => {
    end ??= why;
    killTree(child);
    child.stdout?.destroy();
  };
  const pieces: Buffer[] = [];
  child.stdout?.on("data", (piece: Buffer) => {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_BYTES) stop("long");
  });
  const timer = setTimeout(() => stop("late"), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const onAbort = (): void => stop("aborted");
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await once(child, "close");
    return { content: Buffer.concat(pieces), end, exitCode: child.exitCode };
  } catch {
    return { content: Buffer.alloc(0), end: end ?? "missing", exitCode: null };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function start(command: string, options: CommandSecretsOptions): ChildProcess {
  return spawn(command, {
    shell: true,
    cwd: options.directory,
    env: environmentOf(options),
    stdio: ["ignore", "pipe", "ignore"],
    // A process group of its own, so that all that it starts is ended with it.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
}

function environmentOf({ env, passed = [] }: CommandSecretsOptions): NodeJS.ProcessEnv {
  const base = process.platform === "win32" ? PASSED_ON_WINDOWS : PASSED;
  const isPassed = (name: string): boolean => base.test(name) || OF_SECRET_STORES.test(name) || passed.includes(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => isPassed(name)));
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore", windowsHide: true }).on("error", () => child.kill());
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
