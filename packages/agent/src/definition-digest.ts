import { type Digest, digestOfJson, type Json } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import { z } from "zod";
import { decisionsOf } from "./decisions.ts";
import { type Branch, branchesOf, type ComponentDefinition, type Definition, type Element, isBlock, type VariableDefinition } from "./definition.ts";
import type { NodePolicy } from "./node-policy.ts";

/**
 * Names what a definition does: the same for equal definitions on every machine, and another one when
 * an id, a kind, the order, a node type, its version or the text of its code, a setting, a variable, a condition, what a failure means, or whether an input is required differs.
 * Descriptions, record settings, timeouts, retries, waits, budgets and concurrency do not count.
 *
 * @param redactor - Takes secrets out of it before: of what is on record, nobody is to guess one, and another one changes nothing.
 */
export function definitionDigest(definition: ComponentDefinition, redactor?: Pick<Redactor, "json">): Digest {
  const identity = identityOf(definition);
  return digestOfJson(redactor?.json(identity) ?? identity);
}

function identityOf(definition: Definition): Json {
  if (definition.kind === "node") {
    const { nodeType, settings } = definition;
    const { type, version, source } = nodeType;
    return { kind: "node", type, version, ...(source === undefined ? {} : { source }), settings };
  }
  if (isBlock(definition)) {
    // How many at a time says only how fast.
    const { concurrency: _concurrency, ...decides } = decisionsOf(definition);
    const branches = branchesOf(definition).map(([step, branch]) => ({ step, ...branchIdentity(branch) }));
    return { kind: definition.kind, decides, branches };
  }
  const { kind, id, variables, elements, input } = definition;
  return { kind, id, variables: variablesIdentity(variables), ...inputIdentity(input), elements: elements.map(elementIdentity) };
}

function elementIdentity({ id, definition, policy, bindings }: Element): Json {
  const onFailure = policy?.onFailure;
  return {
    id,
    definition: identityOf(definition),
    ...(bindings === undefined ? {} : { bindings }),
    ...(onFailure === undefined || onFailure === "fail" ? {} : { onFailure: onFailure as Json }),
    ...inputIdentity(policy?.input),
    ...(policy?.effect === undefined ? {} : { effect: policy.effect }),
    ...(policy?.idempotencyKey === undefined ? {} : { idempotencyKey: policy.idempotencyKey }),
  };
}

/** How it is asked for changes nothing. */
function inputIdentity(input: NodePolicy["input"]): { readonly input?: "required" } {
  return input === undefined ? {} : { input: "required" };
}

function branchIdentity({ component, bindings }: Branch): { readonly component: Json; readonly bindings: Json } {
  return { component: identityOf(component), bindings };
}

function variablesIdentity(variables: Readonly<Record<string, VariableDefinition>>): Json {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { schema, default: value }]) => [
      name,
      { ...(value === undefined ? {} : { default: value }), ...(schema === undefined ? {} : { schema: schemaIdentity(schema) }) },
    ]),
  );
}

/** What of a schema can be said as data. Refinements and transforms are functions: they cannot. */
function schemaIdentity(schema: z.ZodType): Json {
  const described = z.toJSONSchema(schema, {
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const flags = flagsOf(zodSchema);
      if (flags.some((ones) => ones !== "")) jsonSchema["flags"] = flags;
    },
  });
  return JSON.parse(JSON.stringify(described)) as Json;
}

/** JSON Schema has patterns, and no flags of them. */
function flagsOf({ _zod: { def } }: z.core.$ZodType): string[] {
  const limits = [def, ...(def.checks ?? []).map(({ _zod: check }) => check.def)];
  return limits.flatMap((limit) => ("pattern" in limit && limit.pattern instanceof RegExp ? [limit.pattern.flags] : []));
}
