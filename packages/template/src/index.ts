/**
 * The expression language of prompts, commands and paths. It looks values up and never evaluates code.
 *
 * @packageDocumentation
 */
export { type Position, TemplateError, type TemplateErrorCode, type TemplateErrorOptions } from "./errors.ts";
export type { Expression } from "./expression.ts";
export { MAX_ACCESSORS, MAX_DEPTH, MAX_EXPRESSION_DEPTH, MAX_RENDERED_LENGTH, MAX_STEPS, MAX_TEMPLATE_LENGTH, MAX_VALUE_DEPTH } from "./limits.ts";
export { escapeTemplate, parseTemplate } from "./parse-template.ts";
export { type TemplateReference, templateReferences } from "./references.ts";
export { renderTemplate } from "./render-template.ts";
export { isReservedWord } from "./reserved-words.ts";
export { type Scope, scopeOf } from "./scope.ts";
export type { Placeholder, Template } from "./template.ts";
export { type CompiledValue, compileValue, escapeValue, mapStrings, type MapString, renderValue } from "./template-value.ts";
