// Bodies and query parameters of key pairs. Authority: nova/api/openstack/compute/schemas/keypairs.py of Zed.

import { multi, name } from "./parameter-types.ts";
import { paging, query, strict, text } from "./periphery.types.ts";

const named = (format: string) => ({
  allOf: [name, { type: "string", minLength: 1, maxLength: 255, format }],
});
const type = { type: "string", enum: ["ssh", "x509"] };
const old = { name: named("keypair_name_20"), public_key: text };
const create = (properties: Record<string, unknown>, required: readonly string[] = ["name"]) =>
  strict({ keypair: strict(properties, required) }, ["keypair"]);

export const createKeypair = [
  [1, create(old)],
  [2, create({ ...old, type })],
  [10, create({ ...old, type, user_id: text })],
  [
    92,
    create({ name: named("keypair_name_292"), public_key: text, type, user_id: text }, [
      "name",
      "public_key",
    ]),
  ],
] as const;

const user = { user_id: multi(text) };
const anything = { type: "object" };

export const listKeypairs = [
  [1, anything],
  [10, { type: "object", properties: user }],
  [35, { type: "object", properties: { ...user, ...paging } }],
  [75, strict({ ...user, ...paging })],
] as const;

export const oneKeypair = [
  [1, anything],
  ...query(user).map(([since, schema]) => [Math.max(10, since), schema] as const),
];
