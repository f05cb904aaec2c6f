import type { ComponentDefinition, NodeContext, NodeType } from "@dad/agent";
import { askedResources } from "./asked-models.ts";
import { executeReplacement, replacementFor } from "./replaced-nodes.ts";
import type { Noticed, Script } from "./script.ts";
import type { Watch } from "./watched-engine.ts";
import { withNodeTypes } from "./with-node-types.ts";

export interface Noticing {
  readonly watch: Watch;
  readonly noticed: Noticed;
}

/** The definition with nodes that do as the script says, and of which it is noticed what they ask for. All else of them is as it was. */
export function scriptedDefinition({ definition, nodes, models }: Script, noticing: Noticing): ComponentDefinition {
  return withNodeTypes(definition, (nodeType) => ({
    ...nodeType,
    // What a test does not give is missing only when it is asked for: a node that is replaced asks for nothing.
    needs: undefined,
    execute: async (context, work) => {
      const scripted = scriptedContext(context, models, noticing);
      const replacement = replacementFor(nodes, context.path);
      if (!replacement) return await nodeType.execute(scripted, work);
      return await executeReplacement(replacement, { context: scripted, ...work }, replacing(nodeType, context, noticing));
    },
  }));
}

function scriptedContext(context: NodeContext, models: Script["models"], { watch, noticed }: Noticing): NodeContext {
  const { path, attempt } = context;
  const resources = askedResources(context.resources, {
    path,
    going: watch.going(path, attempt),
    models,
    onAsked: (asked) => void noticed.asked.push(asked),
    onUnexpected: (problem, cause) => void noticed.problems.push({ problem: `node ${path} ${problem}`, cause }),
  });
  return { ...context, resources };
}

function replacing(nodeType: NodeType, { path, attempt }: NodeContext, { watch, noticed }: Noticing): Parameters<typeof executeReplacement>[2] {
  return {
    nodeType,
    going: watch.going(path, attempt),
    onMisfit: (problem) => void noticed.problems.push({ problem: `node ${path} ${problem}`, cause: undefined }),
  };
}
