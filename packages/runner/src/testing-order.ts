import { type FlowPlan, type Plan } from "./testing-plans.ts";

// For the tests of this package only: what comes after what, written down without the code that is tested.

/** `sequence` one after the other, `beside` at the same time; a text is the path of a node. */
export type Order = string | { readonly sequence: readonly Order[] } | { readonly beside: readonly Order[] };

export function nodesOf(order: Order): readonly string[] {
  if (typeof order === "string") return [order];
  return ("sequence" in order ? order.sequence : order.beside).flatMap(nodesOf);
}

/** The nodes at a start, in it, and after it; none where it is not. */
export function fromOn(order: Order, start: string): readonly string[] {
  if (typeof order === "string") return `${order}.`.startsWith(`${start}.`) ? [order] : [];
  if ("beside" in order) return order.beside.flatMap((part) => fromOn(part, start));
  const at = order.sequence.findIndex((part) => fromOn(part, start).length > 0);
  return order.sequence.flatMap((part, place) => {
    if (at < 0 || place < at) return [];
    return place === at ? fromOn(part, start) : nodesOf(part);
  });
}

/** All that a start can be: the nodes, and what they are in. */
export function startsOf(nodes: readonly string[]): readonly string[] {
  const all = nodes.flatMap((path) => path.split(".").map((_step, at, steps) => steps.slice(0, at + 1).join(".")));
  return [...new Set(all)].sort();
}

const IDS = ["a", "b", "c"];

/** The order of all nodes that a plan can come to. */
export function orderOf(plan: Plan, path = "main"): Order {
  const inside = (body: FlowPlan, step: string) => orderOf(body, `${path}.${step}`);
  switch (plan.kind) {
    case "node":
      return path;
    case "component":
      return { sequence: plan.elements.map((element, at) => orderOf(element, `${path}.${IDS[at] ?? ""}`)) };
    case "conditional": {
      const { holds, isTrue, isFalse } = plan;
      return holds ? inside(isTrue, "is_true") : isFalse ? inside(isFalse, "is_false") : { sequence: [] };
    }
    case "switch":
      return plan.on === "one" ? inside(plan.one, "one") : inside(plan.otherwise, "otherwise");
    case "parallel":
      return { beside: [inside(plan.left, "left"), inside(plan.right, "right")] };
    case "try": {
      const { body, handler, cleanup } = plan;
      return { sequence: [inside(body, "try"), inside(handler, "catch"), ...(cleanup ? [inside(cleanup, "finally")] : [])] };
    }
    default:
      return iterations(plan, inside);
  }
}

type LoopPlan = Extract<Plan, { readonly kind: "forEach" | "map" | "while" }>;

function iterations(plan: LoopPlan, inside: (body: FlowPlan, step: string) => Order): Order {
  const [first, end] = plan.kind === "while" ? [0, plan.rounds] : [plan.start, plan.items];
  const bodies = Array.from({ length: Math.max(0, end - first) }, (_, at) => inside(plan.body, `iter_${first + at}`));
  return plan.kind === "map" ? { beside: bodies } : { sequence: bodies };
}
