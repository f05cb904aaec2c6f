import { MEANING } from "@dad/isolation";
import type { IsolationReport, MachineCheck, MachineReport } from "@dad/protocol";
import type { Paint } from "@dad/terminal";

/** What a machine can do, for people. Its data is taken as it is: make it visible before. */
export function machineText({ checks, isolation }: MachineReport, paint: Paint): string {
  return [...checks.flatMap((check) => checkLines(check, paint)), ...isolation.flatMap((report) => ["", ...isolationLines(report, paint)])].join(
    "\n",
  );
}

const COLOURS = { fine: "green", limited: "yellow", missing: "red" } as const;
const NAME_WIDTH = 9;

function checkLines({ name, status, detail, remedy }: MachineCheck, paint: Paint): string[] {
  const line = `${paint(COLOURS[status], status.padEnd(8))}${name.padEnd(NAME_WIDTH)}${detail}`;
  return remedy === undefined ? [line] : [line, `        ${" ".repeat(NAME_WIDTH)}${remedy}`];
}

function isolationLines({ adapter, available, guards, problems, facts, proof }: IsolationReport, paint: Paint): string[] {
  const head = `${paint("bold", `isolation ${adapter}`)}${available ? "" : paint("red", " is not available")}`;
  const known = Object.entries(facts).map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
  const told = problems.flatMap(({ guard, message, remedy }) => [`  ${paint("yellow", guard ?? "problem")}: ${message}`, `    ${remedy}`]);
  return [head, ...known, ...(available ? guardLines({ guards, proof }, paint) : []), ...told];
}

const MARKS = { holds: "green", broken: "red", unproven: "yellow", contract: "dim", none: "dim" } as const;

function guardLines({ guards, proof }: Pick<IsolationReport, "guards" | "proof">, paint: Paint): string[] {
  const claimed = Object.entries(guards).filter(([, strength]) => strength !== "none");
  const missing = Object.entries(guards).filter(([, strength]) => strength === "none");
  const width = Math.max(0, ...claimed.map(([guard]) => guard.length));
  const lines = claimed.map(
    ([guard, strength]) =>
      `  ${guard.padEnd(width)}  ${strength.padEnd(8)}  ${proofText(guard, proof, paint)}a command cannot ${MEANING[guard as keyof typeof MEANING]}`,
  );
  return [...lines, ...(missing.length === 0 ? [] : [paint("dim", `  not guarded: ${missing.map(([guard]) => guard).join(", ")}`)])];
}

function proofText(guard: string, proof: IsolationReport["proof"], paint: Paint): string {
  const found = proof?.find((candidate) => candidate.guard === guard);
  if (!found) return "";
  const { verdict, attempts } = found;
  const tried = attempts.all === 0 ? "" : ` ${attempts.held}/${attempts.tried}`;
  return `${paint(MARKS[verdict], `${verdict}${tried}`.padEnd(14))}  `;
}
