// Request bodies of v3. Authority: keystone/{identity,resource,assignment,catalog,auth}/schema.py of Zed.

import Type, { type TSchema } from "typebox";

const name = Type.String({ minLength: 1, maxLength: 255, pattern: "[\\S]+" });
const idString = Type.String({ minLength: 1, maxLength: 64, pattern: "^[a-zA-Z0-9-]+$" });
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const options = Type.Record(Type.String(), Type.Unknown());

/** `{"user": {...}}` around a resource. Unknown keys beside the wrapper are ignored, as Keystone does. */
function wrapped<T extends TSchema>(key: string, schema: T) {
  return Type.Object({ [key]: schema });
}

const userProperties = {
  default_project_id: Type.Optional(nullable(idString)),
  description: Type.Optional(nullable(Type.String())),
  domain_id: Type.Optional(idString),
  enabled: Type.Optional(Type.Boolean()),
  password: Type.Optional(nullable(Type.String())),
  options: Type.Optional(options),
};

export const createUser = wrapped("user", Type.Object({ ...userProperties, name }));
export const updateUser = wrapped(
  "user",
  Type.Object({ ...userProperties, name: Type.Optional(name) }, { minProperties: 1 }),
);
export const changePassword = wrapped(
  "user",
  Type.Object({ original_password: Type.String(), password: Type.String() }, { additionalProperties: false }),
);

/** keystone/resource/schema.py: 64 characters for a project's and a domain's name, no blank ones. */
const projectName = Type.String({ minLength: 1, maxLength: 64, pattern: "[\\S]+" });
const tag = Type.String({ minLength: 1, maxLength: 255, pattern: "^[^,/]*$" });
const tags = Type.Array(tag, { maxItems: 80, uniqueItems: true });

const projectProperties = {
  description: Type.Optional(nullable(Type.String())),
  domain_id: Type.Optional(nullable(idString)),
  enabled: Type.Optional(Type.Boolean()),
  is_domain: Type.Optional(Type.Boolean()),
  parent_id: Type.Optional(nullable(idString)),
  tags: Type.Optional(tags),
  options: Type.Optional(options),
};

export const createProject = wrapped("project", Type.Object({ ...projectProperties, name: projectName }));
export const updateProject = wrapped(
  "project",
  Type.Object({ ...projectProperties, name: Type.Optional(projectName) }, { minProperties: 1 }),
);

const named = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });
const inDomain = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  domain: Type.Optional(named),
});

/** keystone/auth/schema.py. What depends on the methods is checked by the authentication itself. */
export const issueToken = wrapped(
  "auth",
  Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String()),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            id: Type.Optional(Type.String()),
            name: Type.Optional(Type.String()),
            password: Type.Optional(Type.String()),
            domain: Type.Optional(named),
          }),
        }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
    }),
    scope: Type.Optional(
      Type.Union([
        Type.Literal("unscoped"),
        Type.Object({
          project: Type.Optional(inDomain),
          domain: Type.Optional(named),
          system: Type.Optional(Type.Object({ all: Type.Optional(Type.Boolean()) })),
          unscoped: Type.Optional(Type.Object({})),
        }),
      ]),
    ),
  }),
);
