import type { ModelDefinition, ProfileDefinition, ToolServerDefinition } from "../profile-definition.ts";

export type ModelEntry = NonNullable<ProfileDefinition["models"]>[string];
export type ToolsEntry = NonNullable<ProfileDefinition["tools"]>[string];

/** Whether a model is data, and not made by the program. */
export function isModelDefinition(entry: ModelEntry): entry is ModelDefinition {
  return typeof entry === "object" && !("generate" in entry);
}

/** Whether tools are data, and not made by the program. */
export function isToolServerDefinition(entry: ToolsEntry): entry is ToolServerDefinition {
  return !("open" in entry);
}
