import { resolve } from "node:path";
import { foreignFiles } from "@dad/disk";
import type { StaticInputs } from "@dad/protocol";
import { parseStaticInput, parseStaticInputs, StaticInputsError, type WrittenInputs } from "@dad/run-context";
import { StaticInputError } from "@dad/runner";
import { StaticInputsUnreadableError } from "../errors.ts";

export interface InputFlags {
  /** `<path>=<json>` each. */
  readonly input?: readonly string[];
  /** A file. */
  readonly staticInputs?: string;
}

/** What a person gives to a run from outside. */
export interface GivenInputs {
  readonly inputs: StaticInputs;
  /** Waits for what is done with them. When they do not fit, it is told of each where it is written. */
  readonly located: <Result>(work: Promise<Result>) => Promise<Result>;
}

/**
 * The static inputs of the command line: those of the file, and over them those written out. All that is wrong is told at once.
 *
 * @throws StaticInputsUnreadableError (`STATIC_INPUTS_UNREADABLE`), StaticInputsError (`STATIC_INPUTS_INVALID`).
 */
export async function readInputs({ input = [], staticInputs }: InputFlags, cwd: string): Promise<GivenInputs> {
  const [fromFile, fromLine] = await Promise.all([
    Promise.all(staticInputs === undefined ? [] : [settled(readInputsFile(resolve(cwd, staticInputs)))]),
    Promise.all(input.map((assignment, at) => settled(writtenOut(assignment, `--input #${at + 1}`)))),
  ]);
  const all = [...fromFile, ...fromLine];
  throwAll([...all.flatMap((one) => ("cause" in one ? [one.cause] : [])), ...givenTwice(writtenIn(fromLine))]);
  const written = writtenIn(all);
  return {
    inputs: Object.assign({}, ...written.map(({ values }) => values)) as StaticInputs,
    located: (work) =>
      work.catch((error: unknown) => {
        throw error instanceof StaticInputError ? locatedIn(written, error) : error;
      }),
  };
}

type Settled = { readonly written: WrittenInputs } | { readonly cause: unknown };

function settled(reading: Promise<WrittenInputs>): Promise<Settled> {
  return reading.then(
    (written) => ({ written }),
    (cause: unknown) => ({ cause }),
  );
}

function writtenIn(all: readonly Settled[]): readonly WrittenInputs[] {
  return all.flatMap((one) => ("written" in one ? [one.written] : []));
}

async function writtenOut(assignment: string, place: string): Promise<WrittenInputs> {
  return parseStaticInput(assignment, place);
}

function givenTwice(written: readonly WrittenInputs[]): readonly StaticInputsError[] {
  const names = written.flatMap(({ values }) => Object.keys(values));
  const twice = new Set(names.filter((name, at) => names.indexOf(name) < at));
  return [...twice].map((name) => {
    const places = written.flatMap(({ placeOf }) => placeOf(name) ?? []);
    return new StaticInputsError([`${JSON.stringify(name)} is given more than once: ${places.join("; ")}. Keep one of them`]);
  });
}

/** One failure as what it is, several as one that says them all. */
function throwAll(causes: readonly unknown[]): void {
  if (causes.length === 0) return;
  const [first] = causes;
  const problems = causes.flatMap((cause) => {
    if (cause instanceof StaticInputsError) return cause.problems;
    if (cause instanceof StaticInputsUnreadableError) return [cause.message];
    throw cause;
  });
  throw causes.length === 1 ? first : new StaticInputsError(problems);
}

/** A problem is about a name as it was written, or about the whole path that this stands for. */
function locatedIn(written: readonly WrittenInputs[], { problems }: StaticInputError): StaticInputError {
  const placeOf = (name: string, member?: string): string | undefined => written.map((one) => one.placeOf(name, member)).findLast(Boolean);
  return new StaticInputError(
    problems.map((problem) => {
      const { name, member } = problem;
      const names = name === undefined ? [] : [name, name.slice(name.lastIndexOf(".") + 1)];
      const place = names.map((one) => placeOf(one, member)).find(Boolean);
      return place === undefined ? problem : { ...problem, message: `${place}: ${problem.message}` };
    }),
  );
}

/** Whoever has more gives a path to it. */
const LARGEST_BYTES = 67_108_864;

const { read } = foreignFiles((_operation, path, cause) => new StaticInputsUnreadableError(path, cause));

async function readInputsFile(file: string): Promise<WrittenInputs> {
  const { content } = await read(file, { limitBytes: LARGEST_BYTES });
  return parseStaticInputs(textOf(content, file), file);
}

function textOf(content: Uint8Array, file: string): string {
  // In the text of JSON one of the first two characters is of ASCII, or there is the mark of UTF-16.
  if (content[0] === 0 || content[1] === 0 || content[0] === 0xfe || content[0] === 0xff)
    throw new StaticInputsError([`${file}: it looks like UTF-16: save it as UTF-8`]);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (cause) {
    throw new StaticInputsError([`${file}: it is not text in UTF-8: save it as that`], { cause });
  }
}
