/**
 * The `dad.config.ts` file: its type, loading, validation.
 *
 * @packageDocumentation
 */
export { type DadConfig, defineConfig, type Environment, type IsolationConfig, type OutcomeConfig, type ProfileConfig } from "./dad-config.ts";
export { type ConfigProblem, ConfigInvalidError, ConfigUnreadableError } from "./errors.ts";
export { CONFIG_FILE_NAMES, findConfig } from "./find-config.ts";
export { loadConfig, type LoadConfigOptions, type LoadedConfig, loadResources } from "./load-config.ts";
export type {
  ContentConfig,
  LogsConfig,
  MetricsConfig,
  ObservabilityConfig,
  SecretText,
  SpanLimits,
  TelemetryEndpoint,
  TelemetryExporter,
  TelemetryProviders,
  TelemetrySignal,
  TracesConfig,
} from "./observability-config.ts";
export { RESOURCES_FILE_NAMES } from "./load-resources.ts";
export { selectProfile, type SelectProfileOptions } from "./select-profile.ts";
