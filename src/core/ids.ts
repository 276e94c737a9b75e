// New identifiers. Injected, so that tests can predict them.

export interface Ids {
  /** Dashed UUIDv4: servers, images, volumes, networks. */
  uuid(): string;
  /** 32 hex digits: everything Keystone names. */
  hex(): string;
  /** `req-` and a UUID: one per request, the same in every service it touches. */
  requestId(): string;
  /** `bytes` random bytes as hex digits. */
  secret(bytes: number): string;
}

export const randomIds: Ids = {
  uuid: () => crypto.randomUUID(),
  hex: () => crypto.randomUUID().replaceAll("-", ""),
  requestId: () => `req-${crypto.randomUUID()}`,
  secret: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)).toHex(),
};

/** Identifiers that count up: `00000000-0000-4000-8000-000000000001`, ... */
export function countingIds(): Ids {
  let n = 0;
  const uuid = () => `00000000-0000-4000-8000-${(++n).toString(16).padStart(12, "0")}`;
  return {
    uuid,
    hex: () => uuid().replaceAll("-", ""),
    requestId: () => `req-${uuid()}`,
    secret: (bytes) => (++n).toString(16).padStart(bytes * 2, "0"),
  };
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** True for a UUID with or without dashes (oslo_utils.uuidutils.is_uuid_like). */
export function isUuidLike(text: unknown): text is string {
  return typeof text === "string" && UUID.test(text);
}
