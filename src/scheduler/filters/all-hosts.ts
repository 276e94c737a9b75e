import type { HostFilter } from "./filter.ts";

/** Lets everything pass. */
export class AllHostsFilter implements HostFilter {
  readonly name = "AllHostsFilter";
  readonly oncePerRequest = true;

  passes(): boolean {
    return true;
  }
}
