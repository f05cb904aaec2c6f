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

export interface TelemetryName {
  readonly name: string;
  readonly line: number;
}

/** Names of attributes, metrics and events as OpenTelemetry spells them. Formats have a `/`, and files an ending. */
const TELEMETRY = /^(?:(?:gen_ai|mcp)\.[\w.]+|dad\.[a-z_]+\.[a-z_.]+|error\.type|exception\.(?:type|message|stacktrace))$/;
const FILE = /\.[cm]?[jt]s$/;

/** Where a source writes such a name itself. */
export function telemetryNames(source: ts.SourceFile): TelemetryName[] {
  const found: TelemetryName[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && TELEMETRY.test(node.text) && !FILE.test(node.text))
      found.push({ name: node.text, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1 });
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}
