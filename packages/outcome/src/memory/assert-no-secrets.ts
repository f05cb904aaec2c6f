import { type KnownSecret, redactor } from "@dad/secrets";
import { OutcomeSecretError, type SecretPlace } from "../errors.ts";
import type { OutcomeFile } from "../outcome-repository.ts";
import type { Tree } from "./tree.ts";

/** @throws OutcomeSecretError (`OUTCOME_SECRET`) for the value of a secret in a file that is new or changed, or in its name. */
export function assertNoSecrets(tree: Tree, before: Tree, secrets: readonly KnownSecret[]): void {
  if (secrets.length === 0) return;
  const changed = [...tree.values()].filter(({ path, content }) => Buffer.compare(before.get(path)?.content ?? NOTHING, content) !== 0);
  const places = changed.flatMap((file) => secrets.flatMap((secret) => placeIn(file, secret, secrets)));
  if (places.length > 0) throw new OutcomeSecretError(places);
}

function placeIn({ path, content }: OutcomeFile, secret: KnownSecret, all: readonly KnownSecret[]): readonly SecretPlace[] {
  const own = redactor([secret]);
  const inName = own.text(path) === path ? [] : [{ line: 1, form: "in its name" }];
  const cleaned = own.bytes(content);
  const inContent = cleaned === content ? [] : [{ line: lineOf(content, cleaned), form: "in its text" }];
  return [...inName, ...inContent].map((found) => ({ path: redactor(all).text(path), secret: secret.name, ...found }));
}

/** The line in which one differs from the other first. */
function lineOf(content: Uint8Array, cleaned: Uint8Array): number {
  let line = 1;
  for (let at = 0; at < content.length && content[at] === cleaned[at]; at++) if (content[at] === LINE_BREAK) line += 1;
  return line;
}

const NOTHING = new Uint8Array();
const LINE_BREAK = 10;
