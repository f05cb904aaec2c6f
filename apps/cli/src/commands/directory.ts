import { InvalidArgumentError } from "commander";

/** The value of an option that names a directory. An empty one is a variable of the shell that was not set. */
export function directory(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}
