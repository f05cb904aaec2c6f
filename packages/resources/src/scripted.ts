/**
 * A model that follows a script, for tests.
 *
 * @packageDocumentation
 */
export {
  type Script,
  type ScriptedAnswer,
  type ScriptedCall,
  type ScriptedModel,
  scriptedModel,
  type ScriptedReply,
  type ScriptedTurn,
} from "./scripted/scripted-model.ts";
