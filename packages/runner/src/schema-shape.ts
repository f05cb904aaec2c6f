import type { Json } from "@dad/protocol";
import type { z } from "zod";
import { ANYTHING, BOOLEAN, list, NUMBER, object, oneOf, type Shape, shapeOfValue, TEXT } from "./shape.ts";

/** What a schema gives, as far as that can be read in it. That something may be missing says nothing of what it is when it is there. */
export function shapeOfSchema(schema: z.core.$ZodType): Shape {
  // All schemas of the library are one of these; those of others are none of the cases.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "readonly":
    case "catch":
      return shapeOfSchema(def.innerType);
    case "lazy":
      return shapeOfSchema(def.getter());
    case "pipe":
      return shapeOfSchema(def.out);
    case "union":
      return oneOf(def.options.map(shapeOfSchema));
    case "intersection":
      return bothOf(shapeOfSchema(def.left), shapeOfSchema(def.right));
    case "array":
      return list(() => shapeOfSchema(def.element));
    case "tuple":
      return list(() => oneOf([...def.items, ...(def.rest === null ? [] : [def.rest])].map(shapeOfSchema)));
    case "object":
      return shapeOfObject(def);
    case "record":
      return shapeOfRecord(def);
    case "literal":
    case "enum":
      return oneOf(valuesOf(schema).map(shapeOfValue));
    default:
      return SCALARS[def.type] ?? ANYTHING;
  }
}

const SCALARS: Readonly<Partial<Record<z.core.$ZodTypes["_zod"]["def"]["type"], Shape>>> = {
  string: TEXT,
  template_literal: TEXT,
  number: NUMBER,
  boolean: BOOLEAN,
  success: BOOLEAN,
  null: shapeOfValue(null),
};

function valuesOf({ _zod: { values = new Set() } }: z.core.$ZodType): Json[] {
  return [...values].filter((value) => value === null || ["string", "number", "boolean"].includes(typeof value)) as Json[];
}

function shapeOfObject({ shape, catchall }: z.core.$ZodObjectDef): Shape {
  const more = catchall === undefined || catchall._zod.def.type === "never" ? undefined : catchall;
  return object(
    () => Object.keys(shape),
    (key) => {
      const member = Object.hasOwn(shape, key) ? shape[key] : more;
      return member && shapeOfSchema(member);
    },
  );
}

function shapeOfRecord({ keyType, valueType }: z.core.$ZodRecordDef): Shape {
  const names = valuesOf(keyType).map(String);
  return object(
    () => names,
    (key) => (names.length === 0 || names.includes(key) ? shapeOfSchema(valueType) : undefined),
  );
}

/** A value that is both: it has the parts of each. */
function bothOf(one: Shape, other: Shape): Shape {
  if (one.kinds === undefined || other.kinds === undefined) return ANYTHING;
  return {
    kinds: one.kinds.filter((kind) => other.kinds?.includes(kind)),
    names: () => [...one.names(), ...other.names()],
    part: (key) => one.part(key) ?? other.part(key),
  };
}
