/**
 * The `dad.config.ts` file: its type, loading, validation.
 *
 * @packageDocumentation
 */
export { type DadConfig, defineConfig, type Environment, type IsolationConfig, type OutcomeConfig } from "./dad-config.ts";
export { type ConfigProblem, ConfigInvalidError, ConfigUnreadableError } from "./errors.ts";
export { CONFIG_FILE_NAMES, findConfig } from "./find-config.ts";
export { loadConfig, type LoadedConfig } from "./load-config.ts";
export { selectProfile, type SelectProfileOptions } from "./select-profile.ts";
