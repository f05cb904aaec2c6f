import { expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { parseTemplate } from "./parse-template.ts";
import { isReservedWord } from "./reserved-words.ts";

it.each(["true", "false", "null", "True", "False", "None", "undefined", "in"])("%s is a reserved word, and names no variable anywhere", (word) => {
  expect(isReservedWord(word)).toBe(true);
  expect(() => parseTemplate(`$var{${word}}`)).toThrow(TemplateError);
  expect(parseTemplate(`$expr{{ ${word}: 1 }.${word}}`).parts).toHaveLength(1);
});

it.each(["truth", "length", "map", "constructor", "__proto__", "and", "not", "py"])("%s is a name like any other", (word) => {
  expect(isReservedWord(word)).toBe(false);
  for (const text of [`$var{${word}}`, `$expr{${word}}`, `$expr{[1].map(${word} => ${word})}`]) expect(() => parseTemplate(text)).not.toThrow();
});
