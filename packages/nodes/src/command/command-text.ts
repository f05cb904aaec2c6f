import { z } from "zod";

/** Text for a process. What a template gives keeps its type, so that a number may come where text has to be. */
const text = z.string({ error: ({ input }) => (input === undefined ? undefined : notText(input)) });

/** Text that a process can be given as an argument. */
export const argumentText = text.refine((value) => !value.includes("\0"), "holds a NUL character, which no argument of a process can");

export const stdinText = text;

/** Environment variables by name. */
export const environment = z.record(z.string(), text).superRefine((variables, context) => {
  for (const [name, value] of Object.entries(variables)) {
    const problem = problemOf(name, value);
    if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem });
  }
});

/** Environment variables by name, each with the alias of a secret. */
export const secretVariables = z.record(z.string(), z.string().min(1)).superRefine((variables, context) => {
  for (const name of Object.keys(variables)) {
    const problem = problemOf(name, "");
    if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem });
  }
});

function problemOf(name: string, value: string): string | undefined {
  if (name === "") return "an environment variable has to have a name";
  if (/[=\0]/.test(name))
    return `${JSON.stringify(name)} cannot name an environment variable: it holds ${name.includes("=") ? '"="' : "a NUL character"}`;
  return value.includes("\0") ? "holds a NUL character, which no environment variable can" : undefined;
}

function notText(value: unknown): string {
  if (value === null) return "is null, and has to be text";
  if (typeof value === "number" || typeof value === "boolean") return `is a ${typeof value}, and has to be text: write $expr{string(…)}`;
  return `is ${Array.isArray(value) ? "a list" : "an object"}, and has to be text: write $expr{json(…)}`;
}
