import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, resolve } from "node:path";
import { ProgramMissingError } from "./errors.ts";

/** Where a program is that a shell would start: a name with a separator from `cwd`, another one in `PATH`. @throws ProgramMissingError (`PROGRAM_MISSING`). */
export async function findProgram(program: string, { cwd, path }: { readonly cwd: string; readonly path: string }): Promise<string> {
  const places =
    program.includes("/") || isAbsolute(program) ? [resolve(cwd, program)] : path.split(delimiter).map((place) => resolve(cwd, place, program));
  for (const place of program === "" ? [] : places) if (await isExecutable(place)) return place;
  throw new ProgramMissingError(program, { path });
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
