import { delimiter, dirname } from "node:path";

/** Variables by name. Those of a host may be `undefined`, as in `process.env`. */
export type Environment = Readonly<Record<string, string>>;

/** What a program needs to start and to print. A list of what passes cannot miss a secret under a new name, as a list of what does not would. */
const PASSED = ["PATH", "LANG", "LC_ALL", "TZ", "TERM", "TMPDIR"];
const PASSED_ON_WINDOWS = [
  "SystemRoot",
  "SystemDrive",
  "windir",
  "ComSpec",
  "PATHEXT",
  "TEMP",
  "TMP",
  "NUMBER_OF_PROCESSORS",
  "PROCESSOR_ARCHITECTURE",
];

const windows = process.platform === "win32";

/** The environment of a space: what passes from the host, its home, and what the space was given. */
export function spaceEnvironment(host: Readonly<Record<string, string | undefined>>, home: string, own: Environment): Environment {
  const homeVariables = windows ? { HOME: home, USERPROFILE: home } : { HOME: home };
  return mergeEnvironments({ PATH: defaultPath() }, passedFrom(host), homeVariables, own);
}

/** A frozen copy without a prototype; later ones win. @throws TypeError for what no process can be given. */
export function mergeEnvironments(...environments: readonly Environment[]): Environment {
  const merged: Record<string, string> = Object.create(null);
  for (const [name, value] of environments.flatMap((environment) => Object.entries(environment))) {
    if (name === "" || /[=\0]/.test(name)) throw new TypeError(`${JSON.stringify(name)} cannot name an environment variable`);
    if (typeof value !== "string" || value.includes("\0")) throw new TypeError(`the environment variable ${name} needs a string without NUL`);
    merged[name] = value;
  }
  return Object.freeze(merged);
}

/** What passes of a host by name. One that it has not is absent. */
export function passed(host: Readonly<Record<string, string | undefined>>, names: readonly string[]): Environment {
  return Object.fromEntries(names.flatMap((name) => (host[name] === undefined ? [] : [[name, host[name]]])));
}

function passedFrom(host: Readonly<Record<string, string | undefined>>): Environment {
  const passed: Record<string, string> = {};
  for (const name of windows ? [...PASSED, ...PASSED_ON_WINDOWS] : PASSED) {
    const value = host[name] ?? (windows ? ignoringCase(host, name) : undefined);
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

/** Windows spells PATH as it likes, and a copy of its environment loses the look-up that forgives it. */
function ignoringCase(host: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return Object.entries(host).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** The node that runs this, and where programs usually are. */
function defaultPath(): string {
  const usual = windows ? ["C:\\Windows\\System32", "C:\\Windows"] : ["/usr/local/bin", "/usr/bin", "/bin"];
  return [dirname(process.execPath), ...usual].join(delimiter);
}
