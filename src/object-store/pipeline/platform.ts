// What the built-in middleware and the proxy need of the service around them.

import type { Logger } from "../../core/log.ts";
import type { ServiceContext } from "../../core/service.ts";
import type { Constraints } from "../constraints.ts";
import type { Containers } from "../containers.ts";
import type { Objects } from "../objects.ts";
import type { Timestamps } from "../timestamp.ts";
import type { InfoRegistry } from "./info-registry.ts";

export interface Platform {
  service: ServiceContext;
  /** Lines of `proxy-server`. */
  log: Logger;
  containers: Containers;
  objects: Objects;
  timestamps: Timestamps;
  limits: Constraints;
  info: InfoRegistry;
  /** Sections of proxy-server.conf, and of other Swift configuration files. */
  options(file: string): ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The storage policy's name, shown with containers. */
  policyName: string;
}
