import type { Finding, FindingSeverity, FsckReport, RepairOutcome } from "@dad/protocol";
import type { Paint, Style } from "@dad/terminal";
import { counted } from "./counted.ts";

const STYLES: Readonly<Record<FindingSeverity, Style>> = { error: "red", warning: "yellow", info: "cyan" };
const WORST_FIRST: readonly FindingSeverity[] = ["error", "warning", "info"];

/** What was found, the worst first, and what was mended. */
export function fsckText({ findings, repairs, runs, contents }: FsckReport, paint: Paint): string {
  const sorted = WORST_FIRST.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const lines = [...repairs.map((repair) => repairText(repair, paint)), ...sorted.map((finding) => findingText(finding, paint))];
  const counts = WORST_FIRST.map((severity) => counted(findings.filter((finding) => finding.severity === severity).length, ...WORDS[severity]));
  const looked = `${counted(runs, "run")}, ${counted(contents, "content")}`;
  return [...lines, `${looked}: ${findings.length === 0 ? paint("green", "all is well") : counts.join(", ")}`].join("\n");
}

const WORDS: Readonly<Record<FindingSeverity, readonly [one: string]>> = { error: ["error"], warning: ["warning"], info: ["note"] };

function findingText({ code, severity, what, where, repair }: Finding, paint: Paint): string {
  const lines = [`${paint(STYLES[severity], severity)} ${code}: ${what}`, `  ${paint("dim", "at")} ${where}`];
  if (repair) lines.push(`  ${paint("dim", repair.automatic ? "dad fsck --repair:" : "to do:")} ${repair.description}`);
  return lines.join("\n");
}

function repairText({ finding, done, error }: RepairOutcome, paint: Paint): string {
  const what = `${finding.code} at ${finding.where}: ${finding.repair?.description ?? ""}`;
  return done ? `${paint("green", "repaired")} ${what}` : `${paint("red", "not repaired")} ${what}: ${error?.message ?? ""}`;
}
