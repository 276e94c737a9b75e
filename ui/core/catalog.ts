// Which kinds of service the cloud has, by the catalog types of each.

export const COMPUTE = ["compute"];
export const IMAGE = ["image"];
export const NETWORK = ["network"];
export const VOLUME = ["volumev3", "block-storage"];
export const OBJECTS = ["object-store"];

/** @param services the session's */
export function offers(services: readonly string[], kind: readonly string[]): boolean {
  return kind.some((type) => services.includes(type));
}
