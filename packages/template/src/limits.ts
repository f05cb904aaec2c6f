/** Longest template, in UTF-16 code units. */
export const MAX_TEMPLATE_LENGTH = 1_048_576;
/**
 * Longest text that a template, or anything in one, makes, in UTF-16 code units; for another value, of its JSON. What a template
 * only chooses, a value that was there before or a part of one, may be larger.
 */
export const MAX_RENDERED_LENGTH = 16_777_216;
/** Deepest nesting of a value whose strings are rendered. */
export const MAX_DEPTH = 128;
/** Most accessors and methods after one another: `a.b[0].c()` has three. */
export const MAX_ACCESSORS = 64;
/** How deep expressions may stand in one another. Each operator of `a + b + c` is a level. */
export const MAX_EXPRESSION_DEPTH = 128;
/**
 * What the expressions of one template may cost together: a step for each part of an expression each time it is evaluated, for
 * each item that a function reads or makes, and for each {@link CHARACTERS_PER_STEP} characters.
 */
export const MAX_STEPS = 1_000_000;
/** How many UTF-16 code units are read or made for one step. */
export const CHARACTERS_PER_STEP = 64;
/** How deep lists and objects may stand in one another in a value that an expression makes or compares; as in canonical JSON. */
export const MAX_VALUE_DEPTH = 500;
