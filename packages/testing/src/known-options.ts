import { nameHint } from "@dad/protocol";

/** @throws TypeError with the nearest name for an option that there is not. Programs that are not type-checked may give anything. */
export function assertKnown<Options extends object>(given: Options, known: Readonly<Record<keyof Options, true>>, owner: string): void {
  const names = Object.keys(known);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`${owner} has no option ${JSON.stringify(unknown)}; ${nameHint(unknown, names)}`);
}
