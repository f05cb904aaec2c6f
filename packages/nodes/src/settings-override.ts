import { z } from "zod";
import { SettingsOverrideError } from "./errors.ts";

/** Members that replace those of the settings; `null` takes one away, so that its default or nothing takes its place. */
export type SettingsOverride<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | null | undefined };

/** What every built-in node takes from outside. */
export interface OverridingInput<Settings> {
  readonly settings?: SettingsOverride<Settings> | undefined;
}

/**
 * The input of a node type: `settings`, which replace those of the definition member by member for this run, and members of
 * its own. Strict, so that what is misspelt is found before anything runs. No templates: what is given is taken as it is.
 */
export function overridingInput<Settings extends z.ZodObject, Own extends z.ZodRawShape>(
  settings: Settings,
  own: Own,
): z.ZodObject<{ readonly settings: z.ZodOptional<z.ZodType<SettingsOverride<z.input<Settings>>>> } & Own, z.core.$strict> {
  const members = Object.entries(settings.shape).map(([name, member]) => [name, z.nullable(withoutDefault(member as z.ZodType)).optional()]);
  const override = z.strictObject(Object.fromEntries(members) as z.ZodRawShape) as unknown as z.ZodType<SettingsOverride<z.input<Settings>>>;
  return z.strictObject({ settings: override.optional(), ...own });
}

/**
 * The settings of a node with those of its input in their place. `settings` is what the schema gave before.
 *
 * @throws SettingsOverrideError (`SETTINGS_OVERRIDE_INVALID`) when they do not go together.
 */
export function overridden<Schema extends z.ZodObject>(
  schema: Schema,
  settings: z.output<Schema>,
  input: OverridingInput<z.input<Schema>> | undefined,
): z.output<Schema> {
  const given = Object.entries(input?.settings ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return settings;
  const merged = Object.entries({ ...settings, ...Object.fromEntries(given) }).filter(([, value]) => value !== null);
  const parsed = schema.safeParse(Object.fromEntries(merged));
  if (!parsed.success) throw new SettingsOverrideError(parsed.error, { members: given.map(([name]) => name) });
  return parsed.data;
}

/** A default would stand in the place of every member that was not given. */
function withoutDefault(member: z.ZodType): z.ZodType {
  if (member instanceof z.ZodDefault || member instanceof z.ZodPrefault || member instanceof z.ZodOptional)
    return withoutDefault(member.unwrap() as z.ZodType);
  return member;
}
