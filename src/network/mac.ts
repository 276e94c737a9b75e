// Hardware addresses. Authority: neutron_lib/api/validators (netaddr.valid_mac, unicast) and nova's and Neutron's
// `base_mac = fa:16:3e:00:00:00`.

const BASE = "fa:16:3e";

/** A new address with the prefix every OpenStack guest has. */
export function randomMac(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(3));
  return `${BASE}:${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
}

const FORMS = [
  /^([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i,
];

/** `fa:16:3e:00:00:01` for any of the forms netaddr reads, or null. */
export function canonicalMac(text: unknown): string | null {
  if (typeof text !== "string") return null;
  for (const form of FORMS) {
    const m = form.exec(text);
    if (m) {
      return m
        .slice(1)
        .map((part) => part.toLowerCase().padStart(2, "0"))
        .join(":");
    }
  }
  return null;
}
