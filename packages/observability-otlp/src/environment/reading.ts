/** Reads variables by the rules for all variables of OpenTelemetry: an empty one is not set, and what cannot be used is ignored with a warning. */
export interface VariableReading {
  text(name: string): string | undefined;
  /** A whole number of `from` or more. */
  number(name: string, from?: number): number | undefined;
  flag(name: string): boolean;
  warn(name: string, problem: string): void;
  /** Each once. */
  warnings(): readonly string[];
}

export function readingOf(env: Readonly<Record<string, string | undefined>>): VariableReading {
  const warnings = new Set<string>();
  const warn = (name: string, problem: string): void => void warnings.add(`${name} is ignored: ${problem}`);
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  return {
    text,
    warn,
    warnings: () => [...warnings],
    number(name, from = 0) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= from) return number;
      warn(name, `${JSON.stringify(value)} is no whole number from ${from}`);
      return undefined;
    },
    flag(name) {
      const value = text(name)?.toLowerCase();
      if (value !== undefined && value !== "true" && value !== "false") warn(name, `${JSON.stringify(value)} is neither true nor false`);
      return value === "true";
    },
  };
}
