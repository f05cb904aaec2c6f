/**
 * Isolation in a container of Docker or Podman.
 *
 * @packageDocumentation
 */
export { containerIsolation, type ContainerIsolationOptions } from "./container-isolation.ts";
