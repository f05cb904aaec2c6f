import type { Reading } from "@dad/agent";
import { DadError, type Json } from "@dad/protocol";
import { mapStrings, parseTemplate, renderTemplate, scopeOf, templateReferences } from "@dad/template";
import { referenceProblem } from "../static-scope.ts";

/** What is wrong in the templates of a value. When nothing in it is decided at run time, it can be judged now: `rendered`. */
export function checkTemplates(value: Json, reading: Reading): { readonly problems: readonly string[]; readonly rendered?: Json | undefined } {
  const problems: string[] = [];
  let references = 0;
  mapStrings(value, (text, place) => {
    const found = checkTemplate(text, reading);
    references += found.references;
    problems.push(...found.problems.map((problem) => (place === "" ? problem : `${place}: ${problem}`)));
    return text;
  });
  if (references > 0 || problems.length > 0) return { problems };
  try {
    return { problems, rendered: mapStrings(value, (text) => renderTemplate(parseTemplate(text), scopeOf({}))) };
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return { problems: [error.message] };
  }
}

function checkTemplate(text: string, reading: Reading): { readonly references: number; readonly problems: readonly string[] } {
  try {
    const references = templateReferences(parseTemplate(text));
    return { references: references.length, problems: references.flatMap((reference) => referenceProblem(reference, reading) ?? []) };
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return { references: 0, problems: [error.message] };
  }
}
