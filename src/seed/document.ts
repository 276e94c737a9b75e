// A seed: what a cloud is to hold, as YAML. Names are those of the `openstack` client's options.

import { type Static, Type } from "typebox";
import { parseDocument } from "./yaml.ts";

const closed = { additionalProperties: false };
const name = Type.String({ minLength: 1, maxLength: 255 });
const names = Type.Array(name);
const optional = {
  text: Type.Optional(Type.String()),
  name: Type.Optional(name),
  names: Type.Optional(names),
  flag: Type.Optional(Type.Boolean()),
  count: Type.Optional(Type.Integer({ minimum: 0 })),
  texts: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  ),
};

const Project = Type.Object(
  {
    name,
    description: optional.text,
    /** Of compute, volumes and networks, by the services' own names: `cores`, `volumes`, `floatingip`. */
    quota: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: -1 }))),
  },
  closed,
);
const User = Type.Object(
  {
    name,
    password: Type.String({ minLength: 1 }),
    email: optional.text,
    /** Its default project, in which it has the roles. */
    project: optional.name,
    /** `member` when not given. */
    roles: optional.names,
  },
  closed,
);
const Flavor = Type.Object(
  {
    name,
    id: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
    /** MB */
    ram: Type.Integer({ minimum: 1 }),
    vcpus: Type.Integer({ minimum: 1 }),
    /** GB */
    disk: optional.count,
    ephemeral: optional.count,
    swap: optional.count,
    public: optional.flag,
    properties: optional.texts,
  },
  closed,
);
const Image = Type.Object(
  {
    name,
    project: optional.name,
    /** Path, from the seed's folder; with neither `file` nor `url` the image holds `size` zeros. */
    file: optional.name,
    url: optional.name,
    /** Bytes. */
    size: Type.Optional(Type.Integer({ minimum: 0, maximum: 1 << 30 })),
    disk_format: optional.name,
    container_format: optional.name,
    visibility: Type.Optional(
      Type.Union(["public", "private", "shared", "community"].map((word) => Type.Literal(word))),
    ),
    protected: optional.flag,
    min_disk: optional.count,
    min_ram: optional.count,
    properties: optional.texts,
  },
  closed,
);
const Subnet = Type.Object(
  {
    name: optional.name,
    cidr: name,
    gateway: Type.Optional(Type.Union([name, Type.Null()])),
    dhcp: optional.flag,
    dns: optional.names,
    /** `10.1.0.10-10.1.0.99` */
    pools: optional.names,
  },
  closed,
);
const Network = Type.Object(
  {
    name,
    project: optional.name,
    shared: optional.flag,
    external: optional.flag,
    subnets: Type.Optional(Type.Array(Subnet)),
  },
  closed,
);
const Router = Type.Object(
  {
    name,
    project: optional.name,
    /** Name of the network outside. */
    external: optional.name,
    /** Names. */
    subnets: optional.names,
  },
  closed,
);
const SecurityGroup = Type.Object(
  {
    name,
    project: optional.name,
    description: optional.text,
    rules: Type.Optional(
      Type.Array(
        Type.Object(
          {
            protocol: optional.name,
            /** `22` or `8000:8999` */
            ports: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
            from: optional.name,
            direction: Type.Optional(Type.Union([Type.Literal("ingress"), Type.Literal("egress")])),
          },
          closed,
        ),
      ),
    ),
  },
  closed,
);
const Keypair = Type.Object({ name, user: optional.name, public_key: name }, closed);
const Server = Type.Object(
  {
    name,
    project: optional.name,
    /** Whose it is; one of this document's, or admin or demo. */
    user: optional.name,
    flavor: name,
    image: name,
    networks: optional.names,
    key: optional.name,
    security_groups: optional.names,
    zone: optional.name,
    properties: optional.texts,
    user_data: optional.text,
  },
  closed,
);
const Volume = Type.Object(
  {
    name,
    project: optional.name,
    /** GB */
    size: Type.Integer({ minimum: 1 }),
    image: optional.name,
    type: optional.name,
    description: optional.text,
    /** Name of a server of the same project. */
    attach: optional.name,
  },
  closed,
);
const Container = Type.Object(
  {
    name,
    project: optional.name,
    /** Access lists as `swift post -r` and `-w` take them. */
    read: optional.text,
    write: optional.text,
    objects: Type.Optional(
      Type.Array(Type.Object({ name, text: optional.text, file: optional.name }, closed)),
    ),
  },
  closed,
);

export const SeedSchema = Type.Object(
  {
    projects: Type.Optional(Type.Array(Project)),
    roles: optional.names,
    users: Type.Optional(Type.Array(User)),
    flavors: Type.Optional(Type.Array(Flavor)),
    images: Type.Optional(Type.Array(Image)),
    networks: Type.Optional(Type.Array(Network)),
    routers: Type.Optional(Type.Array(Router)),
    security_groups: Type.Optional(Type.Array(SecurityGroup)),
    keypairs: Type.Optional(Type.Array(Keypair)),
    servers: Type.Optional(Type.Array(Server)),
    volumes: Type.Optional(Type.Array(Volume)),
    containers: Type.Optional(Type.Array(Container)),
  },
  closed,
);

export type Seed = Static<typeof SeedSchema>;
export type SeedOf<K extends keyof Seed> = NonNullable<Seed[K]>[number];

/** @throws DocumentError */
export function parseSeed(text: string, file: string): Seed {
  return parseDocument<Seed>(SeedSchema, text, file);
}
