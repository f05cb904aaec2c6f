import ts from "typescript";

const MEANINGLESS = new Set(["util", "utils", "helper", "helpers", "common", "shared", "misc", "manager", "base"]);

/** A name that says nothing about what is inside: `utils`, `run-manager`, `string-helpers`. */
export function isMeaninglessName(name: string): boolean {
  const [stem = ""] = name.split(".");
  return MEANINGLESS.has(stem.split("-").at(-1) ?? "");
}

export function isKebabCase(fileName: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.tsx?$/.test(fileName);
}

/** The members that an interface whose name ends in `Options` may have. */
export const MAX_OPTIONS = 8;

export interface OversizedOptions {
  readonly name: string;
  readonly members: number;
  readonly line: number;
}

export function oversizedOptions(source: ts.SourceFile): OversizedOptions[] {
  return source.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .filter(({ name, members }) => name.text.endsWith("Options") && members.length > MAX_OPTIONS)
    .map(({ name, members }) => ({
      name: name.text,
      members: members.length,
      line: source.getLineAndCharacterOfPosition(name.getStart(source)).line + 1,
    }));
}
