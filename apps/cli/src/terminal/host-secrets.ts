import { type Redactor, redactor, secretsIn } from "@dad/secrets";

/** Takes out of what is shown, or told to a run, what variables of the environment hold that are called like secrets. */
export function hostRedactor(): Redactor {
  return redactor(secretsIn(process.env));
}
