/** Where somebody outside names something. */
export type Slot = "run id" | "prefix" | "node id" | "artifact";

/** What attackers and accidents give where a name is asked for, and who takes it all the same. */
export interface HostileName {
  readonly what: string;
  readonly text: string;
  readonly takenAs: readonly Slot[];
}

const named = (what: string, text: string, ...takenAs: readonly Slot[]): HostileName => ({ what, text, takenAs });

/** An artifact is a file in a directory of its own: a path may lead further down there, and a file may be called like anything. */
export const HOSTILE_NAMES: readonly HostileName[] = [
  named("nothing", ""),
  named("here", "."),
  named("up", ".."),
  named("up and down", "../outcome"),
  named("up twice, to the canary", "../../canary/planted"),
  named("down and up", "a/../../../../canary/planted"),
  named("an absolute path", "/etc/passwd"),
  named("a path", "a/b", "artifact"),
  named("a path of Windows", "a\\b"),
  named("up on Windows", "..\\..\\canary"),
  named("a drive", "C:x"),
  named("a share", "\\\\host\\share"),
  named("a home", "~", "artifact"),
  named("an option", "-rf", "artifact"),
  named("an option of git", "--upload-pack=x", "artifact"),
  named("a null byte", "a\0b"),
  named("a line break", "a\nb"),
  named("an escape of a terminal", "\u001b[2J"),
  named("300 characters", "x".repeat(300)),
  named("a device", "CON"),
  named("a device with an ending", "aux.txt"),
  named("a device with digits", "com1"),
  named("a dot at the end", "a."),
  named("a space at the end", "a "),
  named("the directory of outcomes", "outcome"),
  named("the directory of outcomes in capitals", "OUTCOME", "artifact"),
  named("the directory of static inputs", "static_inputs", "artifact"),
  named("the directory of files", "files", "artifact"),
  named("the file of a run", "run.json", "artifact"),
  named("the journal", "journal.jsonl", "artifact"),
  named("what is set aside of a journal", "journal.torn-1", "artifact"),
  named("the store", ".dad", "artifact"),
  named("the trace", ".trace", "artifact"),
  named("the settings of git", ".git", "artifact"),
  named("a lock of git", "a.lock", "artifact"),
  named("a range of git", "a..b", "artifact"),
  named("a revision of git", "a@{1}", "artifact"),
  named("a pattern", "a*b", "artifact"),
  named("a command", "$(touch planted)", "artifact"),
  named("an escaped path", "%2e%2e%2fcanary", "artifact"),
  named("a composed character", "caf\u00e9", "artifact"),
  named("a decomposed character", "cafe\u0301"),
  named("a right-to-left override", "\u202egpj.exe"),
  named("dots with an invisible character between them", ".\u200c."),
  named("an emoji", "😀", "artifact"),
  named("a lone surrogate", "a\ud800"),
  named("capitals", "A", "node id", "artifact"),
  named("what objects inherit", "__proto__", "artifact"),
  named("what objects are made by", "constructor", "run id", "prefix", "artifact"),
  named("a plain name", "plain", "run id", "prefix", "node id", "artifact"),
];
