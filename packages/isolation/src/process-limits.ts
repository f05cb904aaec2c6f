import { findProgram } from "./find-program.ts";
import type { IsolationLimits } from "./policy.ts";

type Argv = readonly [string, ...string[]];

/** POSIX, `ulimit -f`: in units of 512 bytes. */
const BLOCK = 512;

/**
 * The command with the limits that the kernel puts on each process: `sh` sets them and then becomes the program.
 *
 * @throws ProgramMissingError (`PROGRAM_MISSING`): nothing tells the shell's own failure from that of the program.
 */
export async function withProcessLimits(
  argv: Argv,
  { fileBytes, openFiles }: Pick<IsolationLimits, "fileBytes" | "openFiles">,
  where: { readonly cwd: string; readonly path: string },
): Promise<Argv> {
  const lines = [
    ...(fileBytes === undefined ? [] : [`ulimit -f ${Math.floor(fileBytes / BLOCK)}`]),
    ...(openFiles === undefined ? [] : [`ulimit -n ${openFiles}`]),
  ];
  if (lines.length === 0) return argv;
  const program = await findProgram(argv[0], where);
  return ["/bin/sh", "-c", [...lines, 'exec "$@"'].join(" && "), "sh", program, ...argv.slice(1)];
}
