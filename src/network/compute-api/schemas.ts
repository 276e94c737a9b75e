// Bodies and query parameters of Nova's network calls. Authority: nova/api/openstack/compute/schemas/*.py, Newton and
// Zed. Plain JSON Schema, in the spelling of the original.

/** Judged by the handler: Nova has no schema there. */
export const anything = {};

const text = (maxLength = 255, minLength = 1) => ({ type: "string", minLength, maxLength });
const optional = (maxLength = 255) => ({ type: ["string", "null"], minLength: 0, maxLength });
const strict = (properties: Record<string, unknown>, required: readonly string[]) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const boolean = {
  type: ["boolean", "string"],
  enum: [true, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"].concat([
    false,
    "False",
    "FALSE",
    "false",
    "0",
    "OFF",
    "Off",
    "off",
    "NO",
    "No",
    "no",
  ] as never[]),
};
const address = { type: "string", oneOf: [{ format: "ipv4" }, { format: "ipv6" }] };
const addressOrNone = { oneOf: [address, { type: "null" }] };
const number = (minimum: number, maximum: number) => ({
  oneOf: [
    { type: "integer", minimum, maximum },
    { type: "string", pattern: "^[0-9]{1,10}$" },
    { type: "null" },
  ],
});
const cidr = { type: "string", format: "cidr" };

const count = { type: "array", items: { type: "string", pattern: "^[0-9]{1,15}$", minLength: 1 } };
export const limitAndOffset = { type: "object", properties: { limit: count, offset: count } };

export const createNetwork = strict(
  {
    network: {
      ...strict(
        {
          label: text(),
          cidr,
          cidr_v6: cidr,
          project_id: optional(),
          multi_host: boolean,
          gateway: addressOrNone,
          gateway_v6: addressOrNone,
          bridge: optional(),
          bridge_interface: optional(),
          dns1: addressOrNone,
          dns2: addressOrNone,
          mtu: number(0, 65_535),
          dhcp_server: addressOrNone,
          enable_dhcp: boolean,
          share_address: boolean,
          allowed_start: addressOrNone,
          allowed_end: addressOrNone,
          fixed_cidr: cidr,
          priority: number(0, 0x7fffffff),
          uuid: { type: ["string", "null"], format: "uuid" },
          vlan: number(1, 4094),
          vlan_start: number(1, 4094),
          vpn_start: number(0, 65_535),
        },
        ["label"],
      ),
      anyOf: [{ required: ["cidr"] }, { required: ["cidr_v6"] }],
    },
  },
  ["network"],
);

export const addNetwork = strict({ id: { type: ["string", "null"] } }, ["id"]);

export const createTenantNetwork = strict(
  {
    network: {
      ...strict({ label: text(), cidr, cidr_v6: cidr, vlan_start: number(1, 4094) }, ["label"]),
      anyOf: [{ required: ["cidr"] }, { required: ["cidr_v6"] }],
    },
  },
  ["network"],
);

export const bulkCreate = strict(
  { floating_ips_bulk_create: strict({ ip_range: text(), pool: text(), interface: text() }, ["ip_range"]) },
  ["floating_ips_bulk_create"],
);

export const bulkDelete = strict({ ip_range: text() }, ["ip_range"]);

export const domainEntry = strict(
  {
    domain_entry: {
      type: "object",
      properties: {
        scope: { type: "string", enum: ["public", "private"] },
        project: text(),
        availability_zone: text(),
      },
      required: ["scope"],
      additionalProperties: false,
    },
  },
  ["domain_entry"],
);

export const dnsEntry = strict(
  {
    dns_entry: strict({ ip: address, dns_type: { type: "string", enum: ["AAAA", "A"] } }, ["ip", "dns_type"]),
  },
  ["dns_entry"],
);
