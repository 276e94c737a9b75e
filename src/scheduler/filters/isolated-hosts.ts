import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { FilterSettings, HostFilter } from "./filter.ts";

/** Certain images on certain hosts only, and those hosts for nothing else. */
export class IsolatedHostsFilter implements HostFilter {
  readonly name = "IsolatedHostsFilter";
  readonly oncePerRequest = true;
  #hosts: ReadonlySet<string>;
  #images: ReadonlySet<string>;
  #restrict: boolean;

  constructor(settings: FilterSettings) {
    this.#hosts = new Set(settings.ISOLATED_HOSTS);
    this.#images = new Set(settings.ISOLATED_IMAGES);
    this.#restrict = settings.RESTRICT_ISOLATED_HOSTS_TO_ISOLATED_IMAGES;
  }

  passes(host: HostState, { spec }: SchedulingRequest): boolean {
    const hostIsolated = this.#hosts.has(host.host);
    if (this.#images.size === 0) return !this.#restrict || !hostIsolated;
    const imageIsolated = spec.imageId !== null && this.#images.has(spec.imageId);
    return this.#restrict ? imageIsolated === hostIsolated : !imageIsolated || hostIsolated;
  }
}
