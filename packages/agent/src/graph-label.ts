import type { Json } from "@dad/protocol";
import { type BlockDefinition, type ComponentDefinition, isBlock } from "./definition.ts";
import type { NodeDefinition } from "./node-definition.ts";
import type { NodePolicy } from "./node-policy.ts";
import type { PlacedElement } from "./placed-element.ts";

/** Longest piece of a text of a definition in a label, in characters. */
const LONGEST = 60;
/** Everything that would break a line or is not seen. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** What an element is or does, in one line without control characters, in which long texts are cut. */
export function labelOf({ definition, step, use }: PlacedElement): string {
  if (definition.kind === "node") return nodeLabel(definition, use.policy ?? {});
  if (isBlock(definition)) return blockLabel(definition);
  return componentLabel(definition, step, Object.keys(use.bindings ?? {}));
}

function componentLabel({ kind, id, variables }: ComponentDefinition, step: string, given: readonly string[]): string {
  const needed = Object.entries(variables).flatMap(([name, { default: value }]) => (value === undefined && !given.includes(name) ? [name] : []));
  return [id === step ? kind : `${kind} ${shown(id)}`, ...listed("needs", needed), ...listed("gets", given)].join(", ");
}

function listed(verb: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${verb} ${shown(names.join(" "))}`];
}

function nodeLabel({ nodeType }: NodeDefinition, { timeoutMs, retry, onFailure, effect }: NodePolicy): string {
  const words = [
    shown(nodeType.type),
    ...(effect === undefined ? [] : [effect]),
    ...(timeoutMs === undefined ? [] : [`within ${duration(timeoutMs)}`]),
    ...(retry === undefined ? [] : [`${retry.attempts} attempts`]),
    ...(onFailure === "continue" ? ["goes on when it fails"] : []),
    ...(typeof onFailure === "object" ? ["has a fallback"] : []),
  ];
  return words.join(", ");
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function blockLabel(block: BlockDefinition): string {
  switch (block.kind) {
    case "conditional":
      return `if ${shown(block.condition)}`;
    case "switch":
      return `switch on ${shown(block.on)}`;
    case "for_each":
      return [`for each ${block.item} of ${shown(block.items)}`, ...bounds(block)].join(", ");
    case "map":
      return [`map each ${block.item} of ${shown(block.items)}`, `${block.concurrency} at a time`, ...bounds(block)].join(", ");
    case "while":
      return `while ${shown(block.condition)}, at most ${block.max}${block.atMax === "stop" ? " and then on" : ""}`;
    case "parallel":
      return "parallel";
    default:
      return ["try", ...(block.codes === undefined ? [] : [`catches ${shown(block.codes.join(" "))}`])].join(", ");
  }
}

function bounds({ start, max }: { readonly start: Json; readonly max: number | undefined }): string[] {
  return [...(start === 0 ? [] : [`from ${shown(start)}`]), ...(max === undefined ? [] : [`at most ${max}`])];
}

function shown(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Two code units at the most for each character.
  const characters = Array.from(text.slice(0, 2 * LONGEST + 2).replaceAll(UNSEEN, " "));
  const whole = characters.length <= LONGEST && text.length <= 2 * LONGEST + 2;
  return whole ? characters.join("") : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
