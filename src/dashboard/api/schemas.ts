// Bodies and queries of the dashboard's own API.

import Type from "typebox";

const name = Type.String({ minLength: 1, maxLength: 255 });
const id = Type.String({ minLength: 1, maxLength: 64 });
const one = (schema: Type.TSchema) => Type.Array(schema, { maxItems: 1 });

export const signIn = Type.Object(
  {
    user: name,
    password: Type.String({ maxLength: 4096 }),
    domain: Type.Optional(name),
    project: Type.Optional(id),
  },
  { additionalProperties: false },
);

export const switchProject = Type.Object({ project: id }, { additionalProperties: false });

export const logsQuery = Type.Object(
  {
    window: Type.Optional(one(name)),
    request: Type.Optional(one(Type.String({ pattern: "^req-[0-9a-f-]{1,36}$" }))),
    tail: Type.Optional(one(Type.String({ pattern: "^[0-9]{1,6}$" }))),
  },
  { additionalProperties: false },
);
