import { inspect } from "node:util";

/** The variables of a run: strings, and no prototype. */
export type Variables = Record<string, string>;

const windows = process.platform === "win32";

/** Variables that code may write to. */
export function variablesOf(environment: Readonly<Variables>): Variables {
  return Object.assign(Object.create(null) as Variables, environment);
}

/** Takes all variables away and puts others in their place. */
export function replaceVariables(variables: Variables, others: Readonly<Record<string, unknown>>): void {
  const values = Object.entries(others).map(([name, value]) => [name, textOf(value)] as const);
  for (const name of Object.keys(variables)) delete variables[name];
  for (const [name, value] of values) variables[name] = value;
}

/**
 * What `process.env` is to whoever looks at it: the variables of the run that `own` gives, else those of the host. It behaves as
 * the one of Node does: it turns values into strings, and takes neither symbols nor accessors.
 */
export function environmentView(host: () => NodeJS.ProcessEnv, own: () => Variables | undefined): NodeJS.ProcessEnv {
  const prototype: object = Object.getPrototypeOf(host()) as object;
  const chosen = (): object => own() ?? host();
  const view: NodeJS.ProcessEnv = new Proxy(Object.create(prototype, { [inspect.custom]: shown }) as NodeJS.ProcessEnv, {
    get(_target, key) {
      const variables = own();
      if (!variables) return Reflect.get(host(), key) as unknown;
      const name = spelled(variables, key);
      return typeof name === "string" && Object.hasOwn(variables, name) ? variables[name] : (Reflect.get(prototype, key) as unknown);
    },
    has(_target, key) {
      const variables = own();
      return variables ? isSet(variables, key) || Reflect.has(prototype, key) : Reflect.has(host(), key);
    },
    set(target, ...[key, value, receiver]) {
      // What has it for a prototype gets a property of its own.
      if (receiver !== view) return Reflect.set(target, key, value, receiver);
      const variables = own();
      return variables ? write(variables, key, value) : Reflect.set(host(), key, value);
    },
    defineProperty(_target, key, descriptor) {
      const variables = own();
      if (!variables) return Reflect.defineProperty(host(), key, descriptor);
      assertPlain(descriptor);
      return write(variables, key, descriptor.value);
    },
    deleteProperty(_target, key) {
      return Reflect.deleteProperty(chosen(), spelled(own(), key));
    },
    getOwnPropertyDescriptor(_target, key) {
      return Reflect.getOwnPropertyDescriptor(chosen(), spelled(own(), key));
    },
    ownKeys: () => Reflect.ownKeys(chosen()),
    // Its prototype is that of all runs.
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  });
  return view;
}

/** `console.log` looks behind a proxy, where nothing is. */
const shown: PropertyDescriptor = {
  configurable: true,
  value(this: NodeJS.ProcessEnv) {
    return { ...this };
  },
};

function write(variables: Variables, key: string | symbol, value: unknown): boolean {
  // `__proto__` is a name like any other, as these variables have no prototype.
  variables[spelled(variables, textOf(key))] = textOf(value);
  return true;
}

/** Unlike `String`, it refuses a symbol, and with the words of Node. */
function textOf(value: unknown): string {
  return "".concat(value as string);
}

function isSet(variables: Variables, key: string | symbol): boolean {
  return Object.hasOwn(variables, spelled(variables, key));
}

/** Windows does not tell upper from lower case in names. */
function spelled<Key extends string | symbol>(variables: Variables | undefined, key: Key): Key {
  if (!windows || !variables || typeof key !== "string" || Object.hasOwn(variables, key)) return key;
  const folded = key.toUpperCase();
  return (Object.keys(variables).find((name) => name.toUpperCase() === folded) ?? key) as Key;
}

function assertPlain(descriptor: PropertyDescriptor): void {
  if ("get" in descriptor || "set" in descriptor) throw refused("'process.env' does not accept an accessor(getter/setter) descriptor");
  const { configurable, enumerable, writable } = descriptor;
  if (!configurable || !enumerable || !writable) throw refused("'process.env' only accepts a configurable, writable, and enumerable data descriptor");
}

function refused(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: "ERR_INVALID_OBJECT_DEFINE_PROPERTY" });
}
