import type { Json } from "@dad/protocol";
import type { RunPorts } from "@dad/run-context";
import { frozenJson } from "./frozen-json.ts";

/** A run that knows secrets. */
export interface Redacting {
  readonly ports: Pick<RunPorts, "redactor">;
}

/** A value as it is recorded and given on: whoever goes on with the run finds no other. What nobody can change stays that. */
export function withoutSecrets<Value extends Json>(value: Value, { ports: { redactor } }: Redacting): Value {
  const redacted = redactor?.json(value) ?? value;
  return redacted === value ? value : (frozenJson(redacted) as Value);
}
