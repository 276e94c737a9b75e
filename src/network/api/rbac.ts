// /v2.0/rbac-policies

import { InvalidInput } from "../errors/common.ts";
import { RBAC_ACTIONS } from "../rules/rbac.ts";
import * as t from "../tables.ts";
import { attribute, common, given } from "./attributes.ts";
import type { Resource } from "./resource.ts";
import { type ApiParts, owner, projectColumns } from "./resources.ts";
import { string, uuid } from "./validators.ts";

/** neutron/extensions/rbac.py */
function objectType(value: unknown): unknown {
  const types = Object.keys(RBAC_ACTIONS);
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (types.includes(text)) return text;
  throw new InvalidInput(`'${value}' is not a valid RBAC object type`);
}

const attributes = {
  id: common.id,
  object_type: attribute("CvfE", { default: null, convert: objectType }),
  object_id: attribute("CvfE", { validate: uuid }),
  target_tenant: attribute("CUvfE", { validate: string(255) }),
  ...common.project,
  action: attribute("CvfE", { validate: string(255) }),
};

export function rbacResource({ parts, views }: ApiParts): Resource<t.RbacPolicyRow> {
  const { rbac, store } = parts;
  return {
    name: "rbac_policy",
    collection: "rbac_policies",
    path: "rbac-policies",
    attributes,
    source: {
      rows: store.rbac as never,
      visible: (context) => rbac.visible(context),
      columns: {
        id: t.rbacPolicies.id,
        object_type: t.rbacPolicies.object_type,
        object_id: t.rbacPolicies.object_id,
        target_tenant: t.rbacPolicies.target_project,
        action: t.rbacPolicies.action,
        ...projectColumns(t.rbacPolicies.project_id),
      },
    },
    view: (context, rows) => views.rbacPolicies(context, rows),
    get: (context, id) => rbac.get(context, id),
    create: (context, fields) =>
      rbac.create(context, {
        project_id: owner(fields),
        object_type: fields["object_type"] as t.RbacType,
        object_id: fields["object_id"] as string,
        target_project: fields["target_tenant"] as string,
        action: fields["action"] as string,
      }),
    update: (context, id, fields) => rbac.update(context, id, given<string>(fields["target_tenant"])),
    remove: (context, id) => rbac.delete(context, id),
    target: (view) => ({ target_project: view["target_tenant"] }),
    transaction: (work) => store.transaction(work),
    maxLimit: -1,
  };
}
