// One spelling for every UUID.

/** Lower case, with dashes, whatever `isUuidLike` accepted. */
export function dashed(uuid: string): string {
  const hex = uuid.replaceAll("-", "").toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
