import type { Attributes, Exception } from "@opentelemetry/api";
import type { Redactor } from "@dad/secrets";
import { DEPTH, MEMBERS } from "../recording/values.ts";

export interface Cleaning {
  /** The same where there is no secret in it. What cannot be read is left out, and what a recording leaves out need not be there. */
  value(value: unknown): unknown;
  /** Of members of whatever was given for a map. */
  attributes<Given extends Attributes | undefined>(attributes: Given): Given;
  exception(exception: unknown): Exception;
}

export function cleaning(redactor: Redactor): Cleaning {
  // Telling what a run does must not fail it, nor hold it up: neither by what throws, nor by what has itself in it.
  const value = (given: unknown): unknown => readable(() => clean(given, { redactor, members: MEMBERS }, 0));
  return {
    value,
    attributes: <Given extends Attributes | undefined>(given: Given): Given => {
      if (typeof given !== "object" || given === null) return given;
      // What is looked at is what is told: nobody is asked twice.
      const copy = readable(() => ({ ...given })) ?? {};
      return (isFlat(copy) ? redactor.json(copy) : (value(copy) ?? {})) as Given;
    },
    exception: (given) => (typeof given === "object" && given !== null ? exceptionOf(given, value) : value(given)) as Exception,
  };
}

/** Most attributes are: then one search goes over all of them, and not one over each name and each text. */
function isFlat(members: Readonly<Record<string, unknown>>): members is Readonly<Record<string, string | number | boolean>> {
  const values = Object.values(members);
  return values.length <= MEMBERS && values.every((value) => typeof value === "string" || typeof value === "number" || typeof value === "boolean");
}

interface Room {
  readonly redactor: Redactor;
  members: number;
}

function clean(value: unknown, room: Room, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return room.redactor.text(value);
    case "number":
      return room.redactor.json(value);
    case "bigint":
      return room.redactor.text(String(value));
    case "object":
      return value === null ? null : cleanObject(value, room, depth + 1);
    default:
      return value;
  }
}

function cleanObject(value: object, room: Room, depth: number): unknown {
  if (value instanceof Uint8Array) return room.redactor.bytes(value);
  if (depth > DEPTH) return null;
  if (Array.isArray(value)) return value.slice(0, takeMembers(room, value.length)).map((member) => clean(member, room, depth));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const names = Object.keys(value);
  const members = names.slice(0, takeMembers(room, names.length)).map((name) => {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    return [room.redactor.text(name), clean(member, room, depth)] as const;
  });
  return Object.fromEntries(members);
}

function takeMembers(room: Room, wanted: number): number {
  const taken = Math.min(wanted, room.members);
  room.members -= taken;
  return taken;
}

function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What the API takes of an error. */
function exceptionOf(given: object, value: Cleaning["value"]): object {
  const members = ["name", "message", "stack", "code"].flatMap((name) => {
    const member = readable(() => (given as Readonly<Record<string, unknown>>)[name]);
    return member === undefined ? [] : [[name, value(member)] as const];
  });
  return Object.fromEntries(members);
}
