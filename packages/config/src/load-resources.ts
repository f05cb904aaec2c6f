import { dirname, join, resolve } from "node:path";
import { inheritanceProblem, type ModelPrice, type ProfileDefinition } from "@dad/resources";
import type { z } from "zod";
import { type ConfigProblem, ConfigInvalidError } from "./errors.ts";
import { isFile } from "./is-file.ts";
import { literalSecrets } from "./literal-secrets.ts";
import { checked, pathText, type Problem } from "./problems.ts";
import { Prices, Profiles } from "./profile-schema.ts";
import { readData } from "./read-data.ts";

/** Where profiles are looked for in a project: at most one of these. */
export const RESOURCES_FILE_NAMES = ["resources.json", "resources.yaml", "resources.yml"] as const;

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The file of profiles in a directory. `undefined` when there is none.
 *
 * @throws ConfigInvalidError (`CONFIG_INVALID`) when there are several; ConfigUnreadableError (`CONFIG_UNREADABLE`) when it cannot be known whether there is one.
 */
export async function findResources(directory: string, options?: ReadOptions): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of RESOURCES_FILE_NAMES) {
    options?.signal?.throwIfAborted();
    if (await isFile(join(directory, name))) found.push(join(directory, name));
  }
  const [file, ...others] = found;
  if (file !== undefined && others.length > 0) {
    throw new ConfigInvalidError(file, [{ path: "", message: `there is also ${others.join(" and ")}: keep one file of profiles` }]);
  }
  return file;
}

/** Profiles as they are written in one place. */
export interface WrittenProfiles {
  readonly file: string;
  readonly profiles: z.output<typeof Profiles>;
  readonly placed: (problem: Problem) => ConfigProblem;
}

/**
 * Reads a file of profiles: data alone.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`), ConfigInvalidError (`CONFIG_INVALID`) with all that is wrong, by line and column.
 */
export async function readProfiles(
  file: string,
  { schemes, signal }: ReadOptions & { readonly schemes: readonly string[] },
): Promise<WrittenProfiles> {
  const { value, placed } = await readData(file, { signal });
  const result = checked(Profiles, value);
  const problems = [...("problems" in result ? result.problems : []), ...literalSecrets(value, schemes)];
  if ("problems" in result || problems.length > 0) throw new ConfigInvalidError(file, problems.map(placed));
  return { file, profiles: result.data, placed };
}

/**
 * The profiles of all places together, with the prices of the files that they name.
 *
 * @throws ConfigInvalidError (`CONFIG_INVALID`) for a name that stands in two places, and for profiles that extend what is not there.
 */
export async function joinedProfiles(
  places: readonly WrittenProfiles[],
  options?: ReadOptions,
): Promise<Readonly<Record<string, ProfileDefinition>>> {
  checkNames(places);
  const entries = await Promise.all(places.flatMap((place) => Object.entries(place.profiles).map((entry) => withPrices(entry, place, options))));
  const profiles: Readonly<Record<string, ProfileDefinition>> = Object.fromEntries(entries);
  for (const { file, profiles: own, placed } of places) {
    const problems = Object.keys(own).flatMap((name) => {
      const message = inheritanceProblem(name, profiles);
      return message === undefined ? [] : [placed({ path: [name, "extends"], message })];
    });
    if (problems.length > 0) throw new ConfigInvalidError(file, problems);
  }
  return profiles;
}

function checkNames([first, ...others]: readonly WrittenProfiles[]): void {
  for (const { file, profiles, placed } of others) {
    const twice = Object.keys(profiles).filter((name) => first && Object.hasOwn(first.profiles, name));
    const problems = twice.map((name) =>
      placed({ path: [name], message: `there is a profile of this name in ${first?.file ?? ""} as well: name one of them otherwise` }),
    );
    if (problems.length > 0) throw new ConfigInvalidError(file, problems);
  }
}

type WrittenProfile = WrittenProfiles["profiles"][string];

async function withPrices(
  [name, profile]: [string, WrittenProfile],
  { file, placed }: WrittenProfiles,
  options?: ReadOptions,
): Promise<[string, ProfileDefinition]> {
  const { prices } = profile;
  const missing = (path: string) => new ConfigInvalidError(file, [placed({ path: [name, "prices"], message: `there is no file ${path}` })]);
  const table = typeof prices === "string" ? await readPrices(resolve(dirname(file), prices), { ...options, missing }) : prices;
  // The schema is that of the type; what a program made is not looked into.
  return [name, { ...profile, ...(table ? { prices: table } : {}) } as ProfileDefinition];
}

/** A table of prices: JSON or YAML, as `prices` of a profile has it. */
async function readPrices(
  file: string,
  { missing, ...options }: ReadOptions & { readonly missing: (file: string) => Error },
): Promise<Readonly<Record<string, ModelPrice>>> {
  if (!(await isFile(file))) throw missing(file);
  const { value, placed } = await readData(file, options);
  const result = checked(Prices, value);
  if ("problems" in result) throw new ConfigInvalidError(file, result.problems.map(placed));
  return result.data;
}

/** Of profiles in a program: a path alone says where. */
export function unplaced({ path, message }: Problem): ConfigProblem {
  return { path: pathText(path), message };
}
