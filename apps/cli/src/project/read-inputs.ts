import { resolve } from "node:path";
import { foreignFiles } from "@dad/disk";
import { findInputFiles, type InputFiles, InputFilesError } from "@dad/local";
import type { StaticInputs } from "@dad/protocol";
import { parseStaticInput, parseStaticInputs, StaticInputsError, type WrittenInputs } from "@dad/run-context";
import { StaticInputError } from "@dad/runner";
import { StaticInputsUnreadableError } from "../errors.ts";

export interface InputFlags {
  /** `<path>=<json>` each. */
  readonly input?: readonly string[];
  /** A file. */
  readonly staticInputs?: string;
  /** Directories. */
  readonly inputDir?: readonly string[];
}

/** What a person gives to a run from outside. */
export interface GivenInputs {
  readonly inputs: StaticInputs;
  readonly inputFiles: InputFiles | undefined;
  /** Waits for what is done with them. When they do not fit, it is told of each where it is written. */
  readonly located: <Result>(work: Promise<Result>) => Promise<Result>;
}

/**
 * What the command line gives to a run: the values of the file, over them those written out, and files. All that is wrong is told at once.
 *
 * @throws StaticInputsUnreadableError (`STATIC_INPUTS_UNREADABLE`), StaticInputsError (`STATIC_INPUTS_INVALID`), `INPUT_FILES_REFUSED`.
 */
export async function readInputs({ input = [], staticInputs, inputDir = [] }: InputFlags, cwd: string): Promise<GivenInputs> {
  const [files, fromFile, fromLine] = await Promise.all([
    settled(findInputFiles(inputDir.map((directory) => resolve(cwd, directory)))),
    Promise.all(staticInputs === undefined ? [] : [settled(readInputsFile(resolve(cwd, staticInputs)))]),
    Promise.all(input.map((assignment, at) => settled(writtenOut(assignment, `--input #${at + 1}`)))),
  ]);
  const inFiles = valuesOf(files).flatMap((found) => found.staticInputs);
  const fromDirectory = await Promise.all(inFiles.map(({ file, content }) => settled(writtenIn(content, file))));
  const both =
    staticInputs === undefined ? [] : inFiles.map(({ file }) => new StaticInputsError([`${file}: --static-inputs is given, too: keep one of them`]));
  const all = [...fromDirectory, ...fromFile, ...fromLine];
  throwAll([...causesOf(files, ...all), ...both, ...givenTwice(valuesOf(...fromLine))]);
  const written = valuesOf(...all);
  return {
    inputs: Object.assign({}, ...written.map(({ values }) => values)) as StaticInputs,
    inputFiles: inputDir.length === 0 ? undefined : valuesOf(files)[0],
    located: (work) =>
      work.catch((error: unknown) => {
        throw error instanceof StaticInputError ? locatedIn(written, error) : error;
      }),
  };
}

type Settled<Value> = { readonly value: Value } | { readonly cause: unknown };

function settled<Value>(work: Promise<Value>): Promise<Settled<Value>> {
  return work.then(
    (value) => ({ value }),
    (cause: unknown) => ({ cause }),
  );
}

function valuesOf<Value>(...all: readonly Settled<Value>[]): readonly Value[] {
  return all.flatMap((one) => ("value" in one ? [one.value] : []));
}

function causesOf(...all: readonly Settled<unknown>[]): readonly unknown[] {
  return all.flatMap((one) => ("cause" in one ? [one.cause] : []));
}

async function writtenOut(assignment: string, place: string): Promise<WrittenInputs> {
  return parseStaticInput(assignment, place);
}

async function writtenIn(content: Uint8Array, file: string): Promise<WrittenInputs> {
  return parseStaticInputs(textOf(content, file), file);
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
    if (cause instanceof StaticInputsError || cause instanceof InputFilesError) return cause.problems;
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
  return await writtenIn(content, file);
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
