import { ToolLeftError } from "./errors.ts";

/**
 * How long a tool may go on after it was aborted. Long enough for a command that is told to end (2 seconds), and over before
 * the engine leaves the whole attempt (5 seconds), which does not know what the attempt waits for.
 */
const GRACE_MS = 4_000;

/** What a tool gives. @throws ToolLeftError (`TOOL_LEFT`) for one that does not react to its signal; what it gives later is ignored. */
export async function awaitTool<Result>(tool: string, work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const beginGrace = () => {
    timer = setTimeout(() => reject(new ToolLeftError(tool, { graceMs: GRACE_MS, cause: signal.reason })), GRACE_MS);
  };
  signal.addEventListener("abort", beginGrace, { once: true });
  try {
    return await Promise.race([work(), left]);
  } finally {
    signal.removeEventListener("abort", beginGrace);
    clearTimeout(timer);
  }
}
