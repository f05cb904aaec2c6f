/**
 * The expression language of prompts, commands and paths. It looks values up and never evaluates code.
 *
 * @packageDocumentation
 */
export { type Position, TemplateError, type TemplateErrorCode, type TemplateErrorOptions } from "./errors.ts";
export { escapeTemplate, parseTemplate, type TemplateReference, templateReferences } from "./parse-template.ts";
export { renderTemplate } from "./render-template.ts";
export { type Scope, scopeOf } from "./scope.ts";
export {
  type Accessor,
  type Expression,
  type Literal,
  MAX_ACCESSORS,
  MAX_DEPTH,
  MAX_RENDERED_LENGTH,
  MAX_TEMPLATE_LENGTH,
  type Placeholder,
  type Reference,
  type ReferenceRoot,
  type Template,
} from "./template.ts";
export { escapeValue, mapStrings, type MapString, renderValue } from "./template-value.ts";
