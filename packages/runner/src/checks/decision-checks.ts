import type { BlockDefinition, Reading, SwitchDefinition } from "@dad/agent";
import { type Json, nameHint } from "@dad/protocol";
import { inWords, type Kind, type Shape } from "../shape.ts";
import { shapeScope } from "../static-scope.ts";
import { checkTemplates } from "./template-checks.ts";
import { shapeOfTemplates } from "../template-shape.ts";

/** What is wrong with what a block decides by, as far as it is known what that is. */
export function decisionProblems(block: BlockDefinition, reading: Reading): string[] {
  const decision = (member: string, value: Json, problemsOf: (shape: Shape) => readonly string[]): string[] => {
    const { problems } = checkTemplates(value, reading);
    const wrong = problems.length > 0 ? problems : problemsOf(shapeOfTemplates(value, shapeScope(reading)));
    return wrong.map((problem) => `${member}: ${problem}`);
  };
  switch (block.kind) {
    case "conditional":
    case "while":
      return decision("condition", block.condition, kindProblems(["boolean"]));
    case "switch":
      return decision("on", block.on, (shape) => [...kindProblems(["text", "boolean"])(shape), ...caseProblems(block, shape)]);
    case "for_each":
    case "map":
      return [...decision("items", block.items, kindProblems(["list"])), ...decision("start", block.start, startProblems)];
    default:
      return [];
  }
}

function kindProblems(wanted: readonly Kind[]): (shape: Shape) => readonly string[] {
  return ({ kinds }) =>
    kinds === undefined || kinds.some((kind) => wanted.includes(kind)) ? [] : [`it is ${inWords(kinds)}, and not ${inWords(wanted)}`];
}

function startProblems(shape: Shape): readonly string[] {
  const wrong = kindProblems(["number"])(shape);
  const isStart = (value: Json) => typeof value === "number" && Number.isInteger(value) && value >= 0;
  if (wrong.length > 0 || shape.values === undefined || shape.values.some(isStart)) return wrong;
  return [`it is ${shape.values.map((value) => JSON.stringify(value)).join(" or ")}, and not a whole number from 0`];
}

/** Of a value of which all forms are known, each needs a case, and each case a form. One that is written down is for one case only. */
function caseProblems({ cases, otherwise }: SwitchDefinition, { values }: Shape): readonly string[] {
  const forms = values?.filter((value) => typeof value === "string" || typeof value === "boolean").map(String) ?? [];
  if (forms.length === 0) return [];
  const idle = forms.length === 1 ? [] : Object.keys(cases).filter((name) => !forms.includes(name));
  const open = otherwise === undefined ? forms.filter((form) => !Object.hasOwn(cases, form)) : [];
  return [
    ...idle.map((name) => `it is never ${JSON.stringify(name)}, which there is a case for; ${nameHint(name, forms)}`),
    ...open.map((form) => `no case is for ${JSON.stringify(form)}, and there is no otherwise; ${nameHint(form, Object.keys(cases))}`),
  ];
}
